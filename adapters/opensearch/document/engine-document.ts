/** What is written for a version. `MAPPING` says what the fields are for. */
import type { Tenant } from '#service/call.ts'
import type { IndexableVersion } from '#service/ports/search-writer.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { type DocumentWords, EXTRACTOR_GENERATION, type IndexDocument } from '#service/search/document.ts'
import { distinctWords } from '#service/search/normalize.ts'
import { isColumn } from './parameter-key.ts'
import { wordKeyword } from './terms.ts'
import { ValueSink } from './value-sink.ts'

export type EngineDocument = Readonly<Record<string, unknown>>

/** Scope of a type: no search goes without it. Tenants and types hold no slash. */
export const scopeOf = (tenant: Tenant, type: string): string => `${tenant}/${type}`

/** The tenant and the type hold no slash, nor does the id. */
export const engineId = (tenant: Tenant, { type, id }: ResourceKey): string => `${scopeOf(tenant, type)}/${id}`

export interface PlacedDocument {
  /** `_id` */
  readonly id: string
  readonly document: EngineDocument
}

/**
 * What is written for a version: its own document and, in numbered places beside it, those of what it contains. A place
 * is emptied where it has fewer than a version before it, so that no search finds what was contained once. Each version
 * writes every place that any before it may have filled: in whatever order they come, the newest stays.
 */
export function engineDocuments(tenant: Tenant, version: IndexableVersion): readonly PlacedDocument[] {
  const id = engineId(tenant, version)
  const own = { id, document: engineDocument(tenant, version) }
  const contained = ('deleted' in version ? undefined : version.contained) ?? []
  const places = Math.max(contained.length, version.containedMax ?? 0)
  if (places === 0) return [own]
  const { type, id: itsId, versionId, lastUpdated } = version
  const emptied: IndexableVersion = { type, id: itsId, versionId, lastUpdated, deleted: true }
  const filled = (place: number) => engineDocument(tenant, contained[place] ?? emptied)
  return [own, ...Array.from({ length: places }, (_, place) => ({ id: `${id}#${place}`, document: filled(place) }))]
}

/** What a deleted resource leaves, so that an older version that arrives later does not come back. */
export const engineDocument = (tenant: Tenant, version: IndexableVersion): EngineDocument => {
  const { type, id, versionId, lastUpdated } = version
  const attributes = { tenant, type, id, version: versionId, lastUpdated, generation: EXTRACTOR_GENERATION }
  return 'deleted' in version
    ? { ...attributes, deleted: true }
    : { ...attributes, deleted: false, scope: scopeOf(tenant, type), ...valuesOf(version) }
}

function valuesOf({ entries, compartments, words }: IndexDocument): EngineDocument {
  const sink = new ValueSink()
  for (const entry of entries) {
    if (!isColumn(entry.parameter) && entry.values.length > 0) sink.add(entry)
  }
  return { compartment: compartments, ...sink.fields(), ...(words && textFields(words)) }
}

const textFields = (words: DocumentWords): EngineDocument => ({
  word: wordKeywords(words),
  narrativeLength: words.narrative.length,
  contentLength: words.content.length,
})

const wordKeywords = ({ narrative, content }: DocumentWords): readonly string[] => [
  ...Array.from(distinctWords(narrative), word => wordKeyword('narrative', word)),
  ...Array.from(distinctWords(content), word => wordKeyword('content', word)),
]
