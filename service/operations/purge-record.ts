/**
 * How far a purge is, written down before it goes on: once a resource has a tombstone no search finds it any more, and
 * who asks again after an interruption would leave its versions.
 */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { decodeUtf8, encodeUtf8, parseJson } from '../resource/json.ts'

export interface PurgeRecord {
  /** Milliseconds since the epoch. */
  readonly begunAt: number
  /** Resources that are gone. */
  readonly count: number
  /** `Type/id` of what it was about to erase. */
  readonly pending: readonly string[]
  /** Where the look for what was deleted before begins, in ms; without it, at the beginning. */
  readonly since?: number
  /** Where it goes on. */
  readonly after?: string
  /** Up to when it is certain to find everything, in ms; without it, there is no such time. */
  readonly until?: number
}

const keyOf = (patientId: string): string => `purge/${patientId}`

/** What one before has begun and not ended; undefined: there was none. */
export async function readPurgeRecord(
  { ports: { objects } }: ServiceContext,
  call: Call,
  patientId: string,
): Promise<PurgeRecord | undefined> {
  const found = await objects?.get(call.tenant, keyOf(patientId), undefined, call.deadline)
  if (!found) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of found.content) chunks.push(chunk)
  return parseJson(decodeUtf8(Buffer.concat(chunks))) as unknown as PurgeRecord
}

export async function keepPurgeRecord(
  { ports: { objects } }: ServiceContext,
  call: Call,
  patientId: string,
  record: PurgeRecord,
): Promise<void> {
  const options = { contentType: 'application/json', deadline: call.deadline }
  await objects?.put(call.tenant, keyOf(patientId), encodeUtf8(JSON.stringify(record)), options)
}

export const dropPurgeRecord = async ({ ports: { objects } }: ServiceContext, call: Call, patientId: string) =>
  objects?.delete(call.tenant, keyOf(patientId), call.deadline)
