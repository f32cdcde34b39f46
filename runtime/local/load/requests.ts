/** Turns files into the requests that load them, as they are asked for: never more than a batch is held in memory. */
import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { InputFile } from './inputs.ts'
import { linesOf } from './lines.ts'
import { RootMembers } from './root-members.ts'

export interface LoadRequest {
  /** For people: the file, or the file and its lines. */
  readonly source: string
  readonly kind: 'transaction' | 'batch' | 'resource'
  readonly method: 'POST' | 'PUT'
  /** Below the base URL; '' is the base itself. */
  readonly path: string
  /** Sending it twice leaves what sending it once does: all of it are PUTs. */
  readonly repeatable: boolean
  /** The body anew for each attempt: bytes, or the file's content as a stream. */
  readonly body: () => Buffer | Readable
  readonly bodyBytes: number | undefined
  /** For people: where the entry of this index came from. */
  readonly entrySource: (index: number) => string
  /** The same work in smaller requests, for a batch that was refused as a whole. */
  readonly parts?: () => readonly LoadRequest[]
}

/** What can't even be sent. */
export interface LoadProblem {
  readonly source: string
  readonly problem: string
}

const BATCH_ENTRIES_MAX = 100
const BATCH_BYTES_MAX = 1_000_000
const LINE_BYTES_MAX = 64_000_000

export async function* requestsOf(file: InputFile): AsyncGenerator<LoadRequest | LoadProblem> {
  try {
    if (file.format === 'json') yield await requestOfFile(file)
    else yield* requestsOfLines(file)
  } catch (error) {
    yield { source: file.path, problem: `can't be read: ${error instanceof Error ? error.message : error}` }
  }
}

/** Content of a file, decompressed. A failure to read comes as its error event. */
export function openFile(file: InputFile): Readable {
  const stream = createReadStream(file.path)
  if (!file.compressed) return stream
  const gunzip = createGunzip()
  // Destroys gunzip with the error; whoever reads it sees that.
  pipeline(stream, gunzip, () => undefined)
  return gunzip
}

async function requestOfFile(file: InputFile): Promise<LoadRequest | LoadProblem> {
  const members = newMembers()
  for await (const chunk of openFile(file)) {
    members.read(chunk)
    if (members.ended || isDecided(members)) break
  }
  return requestOf(members, {
    source: file.path,
    body: () => openFile(file),
    bodyBytes: file.compressed ? undefined : file.bytes,
  })
}

async function* requestsOfLines(file: InputFile): AsyncGenerator<LoadRequest | LoadProblem> {
  let batch: BatchLine[] = []
  let bytes = 0
  for await (const line of linesOf(openFile(file), LINE_BYTES_MAX)) {
    const members = newMembers()
    members.read(line.bytes)
    const source = `${file.path} line ${line.number}`
    const single = requestOf(members, { source, body: () => line.bytes, bodyBytes: line.bytes.length })
    if ('problem' in single || single.kind !== 'resource') {
      yield single
      continue
    }
    if (batch.length === BATCH_ENTRIES_MAX || (batch.length > 0 && bytes + line.bytes.length > BATCH_BYTES_MAX)) {
      yield batchOf(file, batch)
      batch = []
      bytes = 0
    }
    batch.push({ number: line.number, bytes: line.bytes, single })
    bytes += line.bytes.length
  }
  if (batch.length > 0) yield batchOf(file, batch)
}

interface BatchLine {
  readonly number: number
  readonly bytes: Buffer
  readonly single: LoadRequest
}

function batchOf(file: InputFile, lines: readonly BatchLine[]): LoadRequest {
  const pieces: (Buffer | string)[] = ['{"resourceType":"Bundle","type":"batch","entry":[']
  for (const [index, { bytes, single }] of lines.entries()) {
    pieces.push(index === 0 ? '{"resource":' : ',{"resource":', bytes)
    pieces.push(`,"request":{"method":"${single.method}","url":"${single.path}"}}`)
  }
  pieces.push(']}')
  const body = Buffer.concat(pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  const lineOf = (index: number): number | undefined => lines[index]?.number
  return {
    source: `${file.path} lines ${lineOf(0)} to ${lineOf(lines.length - 1)}`,
    kind: 'batch',
    method: 'POST',
    path: '',
    repeatable: lines.every(line => line.single.repeatable),
    body: () => body,
    bodyBytes: body.length,
    entrySource: index => `${file.path} line ${lineOf(index)}`,
    parts: () => lines.map(line => line.single),
  }
}

const newMembers = (): RootMembers => new RootMembers(['resourceType', 'type', 'id'])

// An `id` that comes late, or not at all, makes this read on to the end, which is right: it decides PUT or POST.
const isDecided = (members: RootMembers): boolean =>
  isActionBundle(members) || (members.has('resourceType', 'id') && members.found.get('resourceType') !== 'Bundle')

const isActionBundle = ({ found }: RootMembers): boolean =>
  found.get('resourceType') === 'Bundle' && (found.get('type') === 'transaction' || found.get('type') === 'batch')

function requestOf(
  members: RootMembers,
  content: Pick<LoadRequest, 'source' | 'body' | 'bodyBytes'>,
): LoadRequest | LoadProblem {
  const type = members.found.get('resourceType')
  const id = members.found.get('id')
  if (type === undefined || !/^[A-Za-z]+$/.test(type))
    return { source: content.source, problem: "is no FHIR resource: its 'resourceType' was not found" }
  if (isActionBundle(members))
    return {
      ...content,
      kind: members.found.get('type') === 'batch' ? 'batch' : 'transaction',
      method: 'POST',
      path: '',
      repeatable: false,
      entrySource: index => `${content.source} entry ${index + 1}`,
    }
  return {
    ...content,
    kind: 'resource',
    method: id === undefined ? 'POST' : 'PUT',
    path: id === undefined ? type : `${type}/${encodeURIComponent(id)}`,
    repeatable: id !== undefined,
    entrySource: () => content.source,
  }
}
