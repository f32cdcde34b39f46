/** Outcomes of a transaction's writes, kept before its commit for whoever sends the same transaction again. */
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import { gathered } from '../binary/byte-stream.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import { type ObjectStore, PASSING_PREFIX } from '../ports/object-store.ts'
import { decodeUtf8, encodeUtf8 } from '../resource/json.ts'
import { type EntryOutcome, representation } from './outcome.ts'

/** An outcome without its resource, which is read again. */
interface KeptOutcome extends Omit<EntryOutcome, 'resource' | 'fullUrl'> {
  readonly index: number
  readonly represented: boolean
}

function objectsOf({ ports: { objects } }: ServiceContext): ObjectStore {
  if (objects) return objects
  throw fault('unsupported', 'This server does not recognise a transaction that is sent again: leave the key out')
}

/** @returns the key to find them by. */
export async function keepOutcomes(
  context: ServiceContext,
  call: Call,
  outcomes: ReadonlyMap<number, EntryOutcome>,
): Promise<string> {
  const kept = [...outcomes].map(
    ([index, { resource, fullUrl: _fullUrl, ...outcome }]): KeptOutcome => ({
      ...outcome,
      index,
      represented: resource !== undefined,
    }),
  )
  const key = `${PASSING_PREFIX}once/${context.ports.ids.nonce()}`
  const content = encodeUtf8(JSON.stringify(kept))
  await objectsOf(context).put(call.tenant, key, content, { contentType: 'application/json', deadline: call.deadline })
  return key
}

/** Of a commit that came to nothing. */
export const dropOutcomes = (context: ServiceContext, call: Call, key: string): Promise<void> =>
  objectsOf(context).delete(call.tenant, key, call.deadline)

export async function readOutcomes(
  context: ServiceContext,
  call: Call,
  key: string,
): Promise<ReadonlyMap<number, EntryOutcome>> {
  const found = await objectsOf(context).get(call.tenant, key, undefined, call.deadline)
  if (!found) throw fault('conflict', 'The transaction was committed before; its answer is not kept any more')
  const kept = JSON.parse(decodeUtf8(await gathered(found.content))) as readonly KeptOutcome[]
  const outcomes = await mapConcurrently(kept, context.limits.concurrencyMax, each => outcomeOf(context, call, each))
  return new Map(outcomes)
}

async function outcomeOf(
  context: ServiceContext,
  call: Call,
  { index, represented, ...outcome }: KeptOutcome,
): Promise<readonly [number, EntryOutcome]> {
  const { version } = outcome
  if (!represented || !version) return [index, outcome]
  const { store } = context.ports
  const stored = await store.readVersion(call.tenant, version, version.versionId, call.deadline)
  const revealed = await revealOne(context, call, stored)
  return [index, isRevealed(revealed) ? { ...outcome, ...representation(call, revealed) } : outcome]
}
