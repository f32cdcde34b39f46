/** R4 http.html#batch: entries that have nothing to do with each other, each with its own outcome. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { BundleRequest } from '../fhir-service.ts'
import { create } from '../interactions/create.ts'
import { deleteResource } from '../interactions/delete.ts'
import { update } from '../interactions/update.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import { type BundleEntry, isRefused, type RefusedEntry } from './entries.ts'
import { atEntry } from './entry-fault.ts'
import { deleteOutcome, type EntryOutcome, faultOutcome, writeOutcome } from './outcome.ts'
import { readEntry } from './read-entry.ts'
import { scanReferences } from './scan-references.ts'

/** Runs the entries at the same time, in no order that a client could rely on. */
export function batch(
  context: ServiceContext,
  call: Call,
  entries: readonly (BundleEntry | RefusedEntry)[],
  prefer: BundleRequest['prefer'],
): Promise<EntryOutcome[]> {
  const assigned = new Set(entries.flatMap(assignedFullUrl))
  return mapConcurrently(entries, context.limits.concurrencyMax, async entry => {
    if (isRefused(entry)) return faultOutcome(call, entry.index, entry.refusal)
    try {
      assertIndependent(entry, assigned)
      return await runEntry(context, call, entry, prefer)
    } catch (error) {
      return faultOutcome(call, entry.index, Fault.is(error) ? atEntry(entry.index, error) : error)
    }
  })
}

/** The fullUrl of a create: the server chooses another id, so a link to it would lead nowhere. */
function assignedFullUrl(entry: BundleEntry | RefusedEntry): readonly string[] {
  if (isRefused(entry) || entry.interaction.kind !== 'create' || entry.fullUrl === undefined) return []
  return [entry.fullUrl]
}

function assertIndependent({ index, fullUrl, resource }: BundleEntry, assigned: ReadonlySet<string>): void {
  if (assigned.size === 0) return
  scanReferences(resource, reference => {
    if (reference === fullUrl || !assigned.has(reference)) return
    throw fault('invalid', `'${reference}' is another entry of the batch: only a transaction resolves such links`, {
      code: 'business-rule',
      expression: [`Bundle.entry[${index}].resource`],
    })
  })
}

async function runEntry(
  context: ServiceContext,
  call: Call,
  entry: BundleEntry,
  prefer: BundleRequest['prefer'],
): Promise<EntryOutcome> {
  const { interaction, resource: content = null, ifNoneExist, ifMatch } = entry
  const matching = ifMatch === undefined ? {} : { ifMatch }
  switch (interaction.kind) {
    case 'create': {
      const { type } = interaction
      const request = { type, content, ...(ifNoneExist !== undefined && { ifNoneExist }) }
      return writeOutcome(call, await create(context, call, request), prefer)
    }
    case 'update': {
      const { type, id } = interaction
      return writeOutcome(call, await update(context, call, { type, id, content, ...matching }), prefer)
    }
    case 'delete': {
      const { type, id } = interaction
      const { version } = await deleteResource(context, call, { type, id, ...matching })
      return deleteOutcome(version, prefer)
    }
    default:
      return readEntry(context, call, entry)
  }
}
