/** Bundles of type searchset and history as JSON text, around bodies that go through as they are stored. */
import { formatEntityTag } from './entity-tag.ts'
import type { HistoryResult, Parameters, Revealed, SearchResult } from './fhir-service.ts'
import type { WriteMethod } from './ports/stored-version.ts'
import { formatQueryString } from './query-string.ts'
import { stringifyJson } from './resource/json.ts'
import { bytesOfJson, type JsonText } from './resource/json-text.ts'
import { operationOutcome } from './resource/operation-outcome.ts'
import { formatInstant } from './resource/stamp.ts'

export interface BundleLinks {
  /** Without a slash at its end. */
  readonly baseUrl: string
  /** Of what was asked, below the base: `Patient`, `Patient/1/_history`; '' is the base itself. */
  readonly path: string
  /** What every link says besides: `_format`, `_pretty`. */
  readonly general?: Parameters
}

/** The Bundle of a search in pieces: R4 http.html#search. Without Bundle.id: it is never stored. */
export function encodeSearchset(result: SearchResult, links: BundleLinks): Uint8Array[] {
  const writer = bundleWriter('searchset', result, links)
  if (!result.countOnly) {
    const base = insideQuotes(links.baseUrl)
    for (const match of result.matches) addResource(writer, match, base, 'match')
    for (const include of result.includes) addResource(writer, include, base, 'include')
  }
  if (result.issues.length > 0) {
    const outcome = stringifyJson(operationOutcome(result.issues))
    writer.entry(`"resource":${outcome},"search":{"mode":"outcome"}`)
  }
  return writer.end()
}

/** The Bundle of a history in pieces: R4 http.html#history. */
export function encodeHistory(result: HistoryResult, links: BundleLinks): Uint8Array[] {
  const writer = bundleWriter('history', result, links)
  for (const [position, version] of result.versions.entries()) {
    const head = `"fullUrl":${quote(`${links.baseUrl}/${version.type}/${version.id}`)}`
    const url = version.method === 'POST' ? version.type : `${version.type}/${version.id}`
    const request = `"request":{"method":"${version.method}","url":${quote(url)}}`
    const status = historyStatus(version.method, result.creations.has(position))
    const response =
      `"response":{"status":"${status}","etag":${quote(formatEntityTag(version.versionId))},` +
      `"lastModified":"${formatInstant(version.lastUpdated)}"}`
    if (version.body !== undefined) writer.entry(`${head},"resource":`, version.body, `,${request},${response}`)
    else writer.entry(`${head},${request},${response}`)
  }
  return writer.end()
}

/** Text and bytes, one behind the other, into few pieces. */
export interface PieceWriter {
  add(piece: JsonText): void
  end(): Uint8Array[]
}

/** Up to here one copy costs less than many pieces. */
const JOINED_BYTES_MAX = 256 * 1024

/** UTF-8 has no more bytes for a character of a string. */
const CHARACTER_BYTES_MAX = 3

export function pieceWriter(): PieceWriter {
  const parts: (string | Uint8Array)[] = []
  let pending = ''
  let bytesMax = 0
  const flush = () => {
    if (pending === '') return
    parts.push(pending)
    bytesMax += pending.length * CHARACTER_BYTES_MAX
    pending = ''
  }
  return {
    add(piece) {
      if (typeof piece === 'string') {
        pending += piece
        if (pending.length > JOINED_BYTES_MAX) flush()
        return
      }
      flush()
      parts.push(piece)
      bytesMax += piece.byteLength
    },
    end() {
      flush()
      if (bytesMax <= JOINED_BYTES_MAX && parts.length > 1) return [joined(parts, bytesMax)]
      return parts.map(bytesOfJson)
    },
  }
}

function joined(parts: readonly (string | Uint8Array)[], bytesMax: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(bytesMax)
  let end = 0
  for (const part of parts) {
    if (typeof part === 'string') end += bytes.write(part, end)
    else {
      bytes.set(part, end)
      end += part.byteLength
    }
  }
  return bytes.subarray(0, end)
}

interface BundlePages {
  readonly total: number | undefined
  readonly self: Parameters
  readonly first?: Parameters | undefined
  readonly previous?: Parameters | undefined
  readonly next: Parameters | undefined
  readonly last?: Parameters | undefined
}

function bundleWriter(type: 'searchset' | 'history', pages: BundlePages, links: BundleLinks) {
  const writer = pieceWriter()
  const known = new Map<Parameters[number], string>()
  const url = (parameters: Parameters) => quote(linkUrl(links, parameters, known))
  const self = url(pages.self)
  const all = [`{"relation":"self","url":${self}}`]
  // The first page is asked for as it is itself.
  if (pages.first) all.push(`{"relation":"first","url":${pages.first === pages.self ? self : url(pages.first)}}`)
  for (const relation of ['previous', 'next', 'last'] as const) {
    const page = pages[relation]
    if (page) all.push(`{"relation":"${relation}","url":${url(page)}}`)
  }
  writer.add(`{"resourceType":"Bundle","type":"${type}"`)
  if (pages.total !== undefined) writer.add(`,"total":${pages.total}`)
  writer.add(`,"link":[${all.join(',')}]`)
  let count = 0
  return {
    entry(before: string, body?: JsonText, after = '') {
      // R4 json.html: an array is never empty, so it begins with its first entry.
      writer.add(count === 0 ? ',"entry":[{' : ',{')
      writer.add(before)
      if (body !== undefined) writer.add(body)
      writer.add(`${after}}`)
      count += 1
    },
    end(): Uint8Array[] {
      writer.add(count === 0 ? '}' : ']}')
      return writer.end()
    },
  }
}

function addResource(
  writer: ReturnType<typeof bundleWriter>,
  version: Revealed,
  base: string,
  mode: 'match' | 'include',
): void {
  const score = version.score === undefined ? '' : `,"score":${version.score}`
  writer.entry(
    `"fullUrl":"${base}/${escaped(version)}","resource":`,
    version.body,
    `,"search":{"mode":"${mode}"${score}}`,
  )
}

/** Below the base: `Patient/1`; of what is contained `MedicationRequest/23#m1`. R4 search.html#containedType */
export const addressOf = ({ type, id, container }: Revealed): string =>
  container ? `${container.type}/${container.id}#${id}` : `${type}/${id}`

/** No id has anything to be escaped, that of a contained resource aside. */
const escaped = (version: Revealed): string =>
  version.container ? insideQuotes(addressOf(version)) : addressOf(version)

const quote = (text: string): string => JSON.stringify(text)

const insideQuotes = (text: string): string => quote(text).slice(1, -1)

/** The absolute URL of a page. */
export function linkUrl(
  { baseUrl, path, general = NO_PARAMETERS }: BundleLinks,
  parameters: Parameters,
  known?: Map<Parameters[number], string>,
): string {
  const address = path === '' ? baseUrl : `${baseUrl}/${path}`
  const query = formatQueryString(general.length === 0 ? parameters : [...parameters, ...general], known)
  return query === '' ? address : `${address}?${query}`
}

const NO_PARAMETERS: Parameters = []

function historyStatus(method: WriteMethod, created: boolean): string {
  if (method === 'DELETE') return '204 No Content'
  return created ? '201 Created' : '200 OK'
}
