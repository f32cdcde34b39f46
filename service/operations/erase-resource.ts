/** Takes one resource away for good, with all versions before. */
import { assertPermitted } from '../access/permit.ts'
import { revealOne } from '../access/reveal-each.ts'
import { objectKeysOf } from '../binary/object-keys.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Issue } from '../fault.ts'
import { commitIndexed } from '../interactions/commit-indexed.ts'
import { contended } from '../interactions/if-match.ts'
import { notFound } from '../interactions/known-type.ts'
import { attributesOfChange, prepareTombstone } from '../interactions/prepare.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import type { OperationAnswer, OperationRunner } from './operation.ts'

export const erase: OperationRunner = async (context, call, { type = '', id = '' }) => {
  await eraseResource(context, call, { type, id })
  return said(`${type}/${id} and all versions of it are gone`)
}

export const said = (diagnostics: string, warning?: string): OperationAnswer => {
  const issues: Issue[] = [{ severity: 'information', code: 'informational', diagnostics }]
  if (warning !== undefined) issues.push({ severity: 'warning', code: 'transient', diagnostics: warning })
  return { kind: 'resource', body: encodeUtf8(stringifyJson(operationOutcome(issues))) }
}

/**
 * Tombstones come first: whatever goes wrong behind them, nobody finds the resource any more. One keeps the
 * compartments, as that of any delete, so that who listens to a patient hears of it; the one above says nothing.
 */
export async function eraseResource(context: ServiceContext, call: Call, key: ResourceKey): Promise<void> {
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
