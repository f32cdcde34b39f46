/** Taking resources away for good, with all versions before: `$erase` of one, `$purge` of all of a patient. */
import type { Operation, OperationParameter } from './operation.ts'

const RETURN: OperationParameter = {
  name: 'return',
  use: 'out',
  min: 1,
  max: 1,
  type: 'OperationOutcome',
  documentation: 'What is gone',
}

const ERASE: Operation = {
  name: 'erase',
  id: 'Resource-erase',
  title: 'Erase a resource',
  description:
    'Takes every version of the resource away, so that nothing of its content is left in store, history and index. A ' +
    'tombstone stays, so that version numbers are never given twice. May be asked again where it was interrupted.',
  levels: ['instance'],
  types: 'Resource',
  affectsState: true,
  parameters: [RETURN],
  load: async () => (await import('./erase-resource.ts')).erase,
}

const PURGE: Operation = {
  name: 'purge',
  id: 'Patient-purge',
  title: 'Purge a patient',
  description:
    "Erases whatever is in the patient's compartment, what was in it when it was deleted before, and the patient last. " +
    'May be asked again where it was interrupted.',
  levels: ['instance'],
  types: ['Patient'],
  affectsState: true,
  base: 'http://hl7.org/fhir/OperationDefinition/Patient-purge',
  parameters: [RETURN],
  load: async () => (await import('./purge.ts')).purge,
}

/** Offered where a deployment says so: nothing brings back what they take. */
export const ERASING_OPERATIONS: readonly Operation[] = [ERASE, PURGE]
