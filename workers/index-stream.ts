/** From the store's stream of changes to the search index. */
import {
  type CurrentDefinitions,
  type Definitions,
  type IndexableVersion,
  type IndexedMarks,
  indexableOf,
  type SearchWriter,
  type Tenant,
} from '#service/index.ts'
import {
  causeOf,
  isPassing,
  isVersion,
  type PlacedVersion,
  StreamBatch,
  type StreamWorkerParts,
} from './stream-batch.ts'
import type { StreamHandler } from './stream-event.ts'

export interface IndexStreamParts extends StreamWorkerParts {
  readonly writer: SearchWriter
  readonly definitions: CurrentDefinitions
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
  /** Where writes are marked until they are indexed. */
  readonly marks?: IndexedMarks
}

/** As whose refusals wait in their queue. */
export const INDEX_WORKER = 'index-stream'

/** Of a batch only the newest version of each resource is indexed: the index would drop the others. */
export function createIndexStream(parts: IndexStreamParts): StreamHandler {
  return async (event, deadline) => {
    const batch = new StreamBatch(INDEX_WORKER, parts, event)
    const versions = batch.images().filter(isVersion)
    const newest = newestOf(versions)
    const documents = await documentsOf(parts, batch, newest, deadline)
    const ofTenants = Map.groupBy(documents, ({ image }) => image.tenant)
    let count = 0
    for (const [tenant, some] of ofTenants) count += await write({ ...parts, batch, tenant, deadline }, some)
    parts.metrics.record('Indexed', 'Count', count)
    const answer = await batch.finish(deadline)
    await takeMarksOff(parts, batch, versions, newest, deadline)
    return answer
  }
}

/**
 * Of what is in the index, or never will be: a search that must see every write can't wait for the latter. A mark that
 * stays makes such searches index the resource again, and does no other harm.
 */
async function takeMarksOff(
  { marks, logger }: IndexStreamParts,
  batch: StreamBatch,
  versions: readonly PlacedVersion[],
  newest: readonly PlacedVersion[],
  deadline: number,
): Promise<void> {
  if (!marks) return
  const waiting = new Set(newest.filter(placed => !batch.isDone(placed)).map(nameOf))
  const done = versions.filter(placed => !waiting.has(nameOf(placed)))
  for (const [tenant, some] of Map.groupBy(done, ({ image }) => image.tenant)) {
    const writes = some.flatMap(({ image: { mark, attributes } }) => {
      const { type, id, versionId } = attributes
      return mark === undefined ? [] : { type, id, versionId, mark }
    })
    try {
      if (writes.length > 0) await marks.indexed(tenant, writes, deadline)
    } catch (error) {
      logger.warn('Marks of what is indexed were left behind', { count: writes.length, cause: causeOf(error) })
    }
  }
}

function newestOf(versions: readonly PlacedVersion[]): readonly PlacedVersion[] {
  const newest = new Map<string, PlacedVersion>()
  for (const placed of versions) {
    const key = nameOf(placed)
    const other = newest.get(key)
    if (!other || other.image.attributes.versionId < placed.image.attributes.versionId) newest.set(key, placed)
  }
  return [...newest.values()]
}

const nameOf = ({ image: { tenant, attributes } }: PlacedVersion): string =>
  `${tenant}/${attributes.type}/${attributes.id}`

interface PlacedDocument extends PlacedVersion {
  readonly document: IndexableVersion
}

/** Bodies in memory at a time. */
const LOADED_MAX = 50

async function documentsOf(
  parts: IndexStreamParts,
  batch: StreamBatch,
  versions: readonly PlacedVersion[],
  deadline: number,
): Promise<readonly PlacedDocument[]> {
  const definitions = await definitionsOf(parts, batch, versions)
  const documents: PlacedDocument[] = []
  for (let start = 0; start < versions.length; start += LOADED_MAX) {
    const some = versions.slice(start, start + LOADED_MAX)
    const loaded = await Promise.all(
      some.map(placed => {
        const its = definitions.get(placed.image.tenant)
        return its && documentOf({ ...parts, batch, deadline }, placed, its)
      }),
    )
    documents.push(...loaded.filter(each => each !== undefined))
  }
  return documents
}

/**
 * Asked for once the batch is here: what was committed after a search parameter is indexed by it. What was committed
 * before is indexed anew, by a newer revision than this one.
 */
async function definitionsOf(
  { definitions }: IndexStreamParts,
  batch: StreamBatch,
  versions: readonly PlacedVersion[],
): Promise<ReadonlyMap<Tenant, Definitions>> {
  const found = new Map<Tenant, Definitions>()
  const asked = [...Map.groupBy(versions, ({ image }) => image.tenant)].map(async ([tenant, its]) => {
    try {
      found.set(tenant, await definitions.current(tenant))
    } catch (error) {
      for (const placed of its) batch.retryOrRefuse(placed, causeOf(error))
    }
  })
  await Promise.all(asked)
  return found
}

async function documentOf(
  { baseUrl, batch, deadline }: BatchParts,
  placed: PlacedVersion,
  definitions: Definitions,
): Promise<PlacedDocument | undefined> {
  try {
    const version = await placed.image.load(deadline)
    return { ...placed, document: indexableOf(definitions, version, baseUrl) }
  } catch (error) {
    if (isPassing(error)) batch.retryOrRefuse(placed, causeOf(error))
    else batch.refuse(placed, causeOf(error))
    return undefined
  }
}

interface BatchParts extends IndexStreamParts {
  readonly batch: StreamBatch
  readonly deadline: number
}

interface WriteParts extends BatchParts {
  readonly tenant: Tenant
}

/** Gives how many are in the index. One that has the whole request refused is found by halves. */
async function write(parts: WriteParts, documents: readonly PlacedDocument[]): Promise<number> {
  const { writer, batch, tenant, deadline } = parts
  const [first] = documents
  if (!first) return 0
  try {
    const unwritten = await writer.write(
      tenant,
      documents.map(({ document }) => document),
      deadline,
    )
    for (const { position, kind, cause } of unwritten) {
      const placed = documents[position]
      if (placed && kind === 'busy') batch.retry(placed)
      else if (placed) batch.refuse(placed, cause)
    }
    return documents.length - unwritten.length
  } catch (error) {
    if (isPassing(error)) {
      for (const placed of documents) batch.retry(placed)
      return 0
    }
    if (documents.length === 1) {
      batch.refuse(first, causeOf(error))
      return 0
    }
    const half = documents.length >> 1
    return (await write(parts, documents.slice(0, half))) + (await write(parts, documents.slice(half)))
  }
}
