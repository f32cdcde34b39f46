import type { ScalarName } from './type-model.ts'

const OUTPUT: Readonly<Record<string, ScalarName>> = {
  boolean: 'Boolean',
  integer: 'Int',
  positiveInt: 'Int',
  unsignedInt: 'Int',
  decimal: 'Float',
}

/** GraphQL scalar of a FHIR primitive. Dates may be partial, so they are text, as all others are. */
export const scalarOf = (primitive: string): ScalarName => OUTPUT[primitive] ?? 'String'

const BUILT_IN: ReadonlySet<string> = new Set(['String', 'ID', 'Int', 'Float', 'Boolean', 'AWSJSON'])

/**
 * Scalars of HL7's own schema files (one for each FHIR primitive and type of search parameter), so that documents
 * written for them find their variables' types here.
 */
const HL7: ReadonlySet<string> = new Set(
  (
    'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time ' +
    'unsignedInt uri url uuid xhtml token reference composite number quantity special'
  ).split(' '),
)

/** The scalar that a type name in a document stands for. */
export function scalarNamed(name: string): ScalarName | undefined {
  if (BUILT_IN.has(name)) return name as ScalarName
  return HL7.has(name) ? scalarOf(name) : undefined
}
