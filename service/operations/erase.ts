/** Taking resources away for good, with all versions before: `$erase` of one, `$purge` of all of a patient. */

import { assertPermitted } from '../access/permit.ts'
import { revealOne } from '../access/reveal-each.ts'
import { objectKeysOf } from '../binary/erase-bytes.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, type Issue } from '../fault.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import { commitIndexed } from '../interactions/commit-indexed.ts'
import { contended } from '../interactions/if-match.ts'
import { notFound } from '../interactions/known-type.ts'
import { attributesOfChange, prepareTombstone } from '../interactions/prepare.ts'
import { read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { deletedBefore } from './deleted-before.ts'
import type { Operation, OperationAnswer, OperationParameter, OperationRunner } from './operation.ts'
import { dropPurgeList, keepPurgeList, readPurgeList } from './purge-list.ts'

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
  load: async () => erase,
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
  load: async () => purge,
}

/** Offered where a deployment says so: nothing brings back what they take. */
export const ERASING_OPERATIONS: readonly Operation[] = [ERASE, PURGE]

const erase: OperationRunner = async (context, call, { type = '', id = '' }) => {
  await eraseResource(context, call, { type, id })
  return said(`${type}/${id} and all versions of it are gone`)
}

const purge: OperationRunner = async (context, call, { type = '', id = '' }) => {
  const begun = await readPurgeList(context, call, id)
  if (!begun) await assertThereOnce(context, call, { type, id })
  const last = `${type}/${id}`
  const erased = new Set<string>()
  const eraseAll = async (keys: readonly ResourceKey[]): Promise<void> => {
    const others = keys.filter(key => keyOf(key) !== last && !erased.has(keyOf(key)))
    for (const key of others) erased.add(keyOf(key))
    await keepPurgeList(context, call, id, erased)
    await mapConcurrently(others, context.limits.concurrencyMax, each => eraseResource(context, call, each))
  }
  await eraseAll(begun ?? [])
  let parameters: Parameters | undefined = [['_count', String(PAGE_SIZE)]]
  while (parameters) {
    const found: SearchResult = await search(context, call, { compartment: { type, id }, parameters, consistent: true })
    await eraseAll(found.matches)
    parameters = found.next
  }
  const before = await deletedBefore(context, call, last)
  await eraseAll(before.keys)
  await eraseResource(context, call, { type, id })
  await dropPurgeList(context, call, id)
  const gone = `${last} is gone with ${erased.size} resources of its compartment`
  return before.complete ? said(gone) : said(gone, UNSEEN)
}

const UNSEEN =
  'The history of this server is too long to look for all that was deleted before: there may be versions left of ' +
  'resources that were deleted long ago. Their history names them, and $erase takes them away.'

/** A patient who was deleted is there to be purged. */
async function assertThereOnce(context: ServiceContext, call: Call, key: ResourceKey): Promise<void> {
  try {
    await read(context, call, key)
  } catch (error) {
    if (!Fault.is(error) || error.category !== 'gone') throw error
  }
}

const keyOf = ({ type, id }: ResourceKey): string => `${type}/${id}`

const PAGE_SIZE = 200

const said = (diagnostics: string, warning?: string): OperationAnswer => {
  const issues: Issue[] = [{ severity: 'information', code: 'informational', diagnostics }]
  if (warning !== undefined) issues.push({ severity: 'warning', code: 'too-costly', diagnostics: warning })
  return { kind: 'resource', body: encodeUtf8(stringifyJson(operationOutcome(issues))) }
}

/**
 * Tombstones come first: whatever goes wrong behind them, nobody finds the resource any more. One keeps the
 * compartments, as that of any delete, so that who listens to a patient hears of it; the one above says nothing.
 */
async function eraseResource(context: ServiceContext, call: Call, key: ResourceKey): Promise<void> {
  const { ports, policy, limits } = context
  assertPermitted(policy, call, 'delete', key.type)
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const [newest] = await ports.store.readNewest(call.tenant, [key], call.deadline)
    if (!newest) throw notFound(key)
    if (!(await revealOne(context, call, newest))) throw notFound(key)
    const bare = isBare(newest) ? newest : await commitTombstones(context, call, newest)
    if (!bare) continue
    const { versionId } = bare
    // Before the versions that name them: whoever asks again after an interruption finds by those what is left.
    for (const object of await objectKeysOf(context, call, key)) {
      await ports.objects?.delete(call.tenant, object, call.deadline)
    }
    if (await ports.store.purge(call.tenant, key, versionId, call.deadline)) {
      // The record of it: who erased what, and nothing of what it said.
      call.logger.info('Resource erased', {
        ...{ requestId: call.requestId, tenant: call.tenant, subject: call.caller.subject },
        ...{ type: key.type, id: key.id, versions: versionId - 1 },
      })
      return
    }
  }
  throw contended(key)
}

/** Whether it is a tombstone that says nothing, as one before has left it. */
const isBare = ({ deleted, compartments, securityLabels }: VersionAttributes): boolean =>
  deleted && compartments.length === 0 && securityLabels.length === 0

/** Ends with a bare one. undefined: another write came first. */
async function commitTombstones(
  context: ServiceContext,
  call: Call,
  newest: VersionAttributes,
): Promise<VersionAttributes | undefined> {
  const tombstone = prepareTombstone(call, newest, context.ports.clock.now())
  const isHeard = newest.deleted || newest.compartments.length === 0
  const change = isHeard ? { ...tombstone, compartments: [], securityLabels: [] } : tombstone
  const { committed } = await commitIndexed(context, call, { changes: [change], deadline: call.deadline })
  if (!committed) return undefined
  const written = attributesOfChange(change)
  return isBare(written) ? written : commitTombstones(context, call, written)
}
