/**
 * What a purge erases, written down before it does: once it has a tombstone no search finds a resource any more, and
 * who asks again after an interruption would leave its versions.
 */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { decodeUtf8, encodeUtf8, parseJson } from '../resource/json.ts'

const keyOf = (patientId: string): string => `purge/${patientId}`

/** What one before has begun and not ended; undefined: there was none. */
export async function readPurgeList(
  { ports: { objects } }: ServiceContext,
  call: Call,
  patientId: string,
): Promise<readonly ResourceKey[] | undefined> {
  const found = await objects?.get(call.tenant, keyOf(patientId), undefined, call.deadline)
  if (!found) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of found.content) chunks.push(chunk)
  const references = parseJson(decodeUtf8(Buffer.concat(chunks))) as readonly string[]
  return references.map(reference => {
    const [type = '', id = ''] = reference.split('/')
    return { type, id }
  })
}

/** @param references `Type/id` of all that it has come to so far. */
export async function keepPurgeList(
  { ports: { objects } }: ServiceContext,
  call: Call,
  patientId: string,
  references: Iterable<string>,
): Promise<void> {
  const options = { contentType: 'application/json', deadline: call.deadline }
  await objects?.put(call.tenant, keyOf(patientId), encodeUtf8(JSON.stringify([...references])), options)
}

export const dropPurgeList = async ({ ports: { objects } }: ServiceContext, call: Call, patientId: string) =>
  objects?.delete(call.tenant, keyOf(patientId), call.deadline)
