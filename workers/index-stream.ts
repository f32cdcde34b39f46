/** From the store's stream of changes to the search index. */
import {
  type DefinitionsProvider,
  type IndexableVersion,
  indexableOf,
  type SearchWriter,
  type Tenant,
  type VersionImage,
} from '#service/index.ts'
import { causeOf, isPassing, type Placed, StreamBatch, type StreamWorkerParts } from './stream-batch.ts'
import type { StreamHandler } from './stream-event.ts'

export interface IndexStreamParts extends StreamWorkerParts {
  readonly writer: SearchWriter
  readonly definitions: DefinitionsProvider
  /** Absolute references below it count as local. */
  readonly baseUrl?: string
}

/** Of a batch only the newest version of each resource is indexed: the index would drop the others. */
export function createIndexStream(parts: IndexStreamParts): StreamHandler {
  return async (event, deadline) => {
    const batch = new StreamBatch('index-stream', parts, event)
    const newest = newestOf(batch.images().filter(isVersion))
    const documents = await documentsOf(parts, batch, newest, deadline)
    const ofTenants = Map.groupBy(documents, ({ image }) => image.tenant)
    let count = 0
    for (const [tenant, some] of ofTenants) count += await write({ ...parts, batch, tenant, deadline }, some)
    parts.metrics.record('Indexed', 'Count', count)
    return batch.finish(deadline)
  }
}

type PlacedVersion = Placed<VersionImage>

const isVersion = (placed: Placed): placed is PlacedVersion => placed.image.kind === 'version'

function newestOf(versions: readonly PlacedVersion[]): readonly PlacedVersion[] {
  const newest = new Map<string, PlacedVersion>()
  for (const placed of versions) {
    const { tenant, attributes } = placed.image
    const key = `${tenant}/${attributes.type}/${attributes.id}`
    const other = newest.get(key)
    if (!other || other.image.attributes.versionId < attributes.versionId) newest.set(key, placed)
  }
  return [...newest.values()]
}

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
  const documents: PlacedDocument[] = []
  for (let start = 0; start < versions.length; start += LOADED_MAX) {
    const some = versions.slice(start, start + LOADED_MAX)
    const loaded = await Promise.all(some.map(placed => documentOf(parts, batch, placed, deadline)))
    documents.push(...loaded.filter(each => each !== undefined))
  }
  return documents
}

async function documentOf(
  { definitions, baseUrl }: IndexStreamParts,
  batch: StreamBatch,
  placed: PlacedVersion,
  deadline: number,
): Promise<PlacedDocument | undefined> {
  try {
    const version = await placed.image.load(deadline)
    return { ...placed, document: indexableOf(definitions.for(placed.image.tenant), version, baseUrl) }
  } catch (error) {
    if (isPassing(error)) batch.retryOrRefuse(placed, causeOf(error))
    else batch.refuse(placed, causeOf(error))
    return undefined
  }
}

interface WriteParts extends IndexStreamParts {
  readonly batch: StreamBatch
  readonly tenant: Tenant
  readonly deadline: number
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
