import { hash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Tenant, tenantOf } from '#service/call.ts'
import { type Fault, fault } from '#service/fault.ts'
import type { Clock } from '#service/ports/clock.ts'
import {
  type ByteRange,
  type ListedObject,
  type ObjectAttributes,
  type ObjectContent,
  type ObjectOptions,
  type ObjectPage,
  type ObjectStore,
  PASSING_PREFIX,
} from '#service/ports/object-store.ts'
import { diskFull } from './engine-errors.ts'

const OBJECTS_FOLDER = 'objects'
/** What keys below PASSING_PREFIX are kept in: old files in it are taken away at a start, and from time to time. */
const PASSING_FOLDER = 'passing'
const KEPT_FOLDER = 'kept'
const PASSING_KEPT_MS = 2 * 24 * 60 * 60 * 1000
/** Where files grow: what is in there after a start was never acknowledged. */
const UNFINISHED_FOLDER = 'unfinished'

/** What a file begins with: its length in bytes as a 16-bit number, then JSON. */
interface FileHead {
  readonly contentType: string
  /** For whoever looks at the files: names are hashes. */
  readonly tenant: string
  readonly key: string
}

interface OpenObject extends ObjectAttributes {
  readonly file: FileHandle
  /** Where the content begins. */
  readonly start: number
}

const CHUNK_BYTES = 64 * 1024

/** Makes the folders, and takes away what the process before did not finish. For the one owner of the folder. */
export function prepareObjects(folder: string): void {
  const unfinished = join(folder, OBJECTS_FOLDER, UNFINISHED_FOLDER)
  mkdirSync(unfinished, { recursive: true })
  for (const name of readdirSync(unfinished)) rmSync(join(unfinished, name))
  sweepPassing(folder)
}

/** Takes away what has been of no use for days. */
export function sweepPassing(folder: string): void {
  const passing = join(folder, OBJECTS_FOLDER, PASSING_FOLDER)
  mkdirSync(passing, { recursive: true })
  const oldest = Date.now() - PASSING_KEPT_MS
  for (const name of readdirSync(passing, { recursive: true, encoding: 'utf8' })) {
    const path = join(passing, name)
    const file = statSync(path, { throwIfNoEntry: false })
    if (file?.isFile() && file.mtimeMs < oldest) rmSync(path, { force: true })
  }
}

/**
 * A file an object, named by a hash, since not every file system tells upper case from lower. A file is written aside,
 * synced, and then renamed, so that it is there whole or not at all.
 */
export class FileObjectStore implements ObjectStore {
  readonly #folder: string
  readonly #clock: Clock

  constructor(folder: string, clock: Clock) {
    this.#folder = join(folder, OBJECTS_FOLDER)
    this.#clock = clock
  }

  async put(
    tenant: Tenant,
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    { contentType, deadline }: ObjectOptions,
  ): Promise<ObjectAttributes> {
    this.#assertInTime(deadline)
    const unfinished = join(this.#folder, UNFINISHED_FOLDER, randomUUID())
    try {
      const bytes = await writeFile(unfinished, { contentType, tenant, key }, content)
      const path = this.#pathOf(tenant, key)
      await placing(() => place(unfinished, path))
      return { contentType, bytes }
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
  }

  async head(tenant: Tenant, key: string, deadline: number): Promise<ObjectAttributes | undefined> {
    this.#assertInTime(deadline)
    const found = await this.#open(tenant, key)
    if (!found) return undefined
    await found.file.close()
    return { contentType: found.contentType, bytes: found.bytes }
  }

  async get(
    tenant: Tenant,
    key: string,
    range: ByteRange | undefined,
    deadline: number,
  ): Promise<ObjectContent | undefined> {
    const attributes = await this.head(tenant, key, deadline)
    if (!attributes) return undefined
    // Opened when it is read, so that no file stays open for a reader who never comes.
    const openAgain = (): Promise<OpenObject | undefined> => this.#open(tenant, key)
    return { ...attributes, content: readRange(openAgain, range ?? { first: 0, last: attributes.bytes - 1 }) }
  }

  async delete(tenant: Tenant, key: string, deadline: number): Promise<void> {
    this.#assertInTime(deadline)
    await placing(() => rm(this.#pathOf(tenant, key), { force: true }))
  }

  /** A folder of files a page. */
  async list(word: string, after: string | undefined, deadline: number): Promise<ObjectPage> {
    this.#assertInTime(deadline)
    const kept = join(this.#folder, KEPT_FOLDER)
    const folders = (await readdir(kept).catch(noFiles)).sort()
    const folder = after === undefined ? folders[0] : folders.find(name => name > after)
    if (folder === undefined) return { objects: [], next: undefined }
    const objects: ListedObject[] = []
    for (const name of await readdir(join(kept, folder)).catch(noFiles)) {
      const found = await describeFile(join(kept, folder, name))
      if (found?.key.startsWith(`${word}/`)) objects.push(found)
    }
    return { objects, next: folder === folders.at(-1) ? undefined : folder }
  }

  /** A folder has no door of its own. */
  async presign(): Promise<undefined> {
    return undefined
  }

  async recognize(): Promise<undefined> {
    return undefined
  }

  #pathOf(tenant: Tenant, key: string): string {
    const name = hash('sha256', `${tenant}\n${key}`, 'hex')
    const kind = key.startsWith(PASSING_PREFIX) ? PASSING_FOLDER : KEPT_FOLDER
    return join(this.#folder, kind, name.slice(0, 2), name)
  }

  async #open(tenant: Tenant, key: string): Promise<OpenObject | undefined> {
    let file: FileHandle
    try {
      file = await open(this.#pathOf(tenant, key), 'r')
    } catch (error) {
      if (isMissing(error)) return undefined
      throw unavailable(error)
    }
    try {
      const length = (await readExactly(file, 0, 2)).readUInt16BE()
      const { contentType } = JSON.parse((await readExactly(file, 2, length)).toString()) as FileHead
      const start = 2 + length
      return { file, start, contentType, bytes: (await file.stat()).size - start }
    } catch (error) {
      await file.close()
      throw unavailable(error)
    }
  }

  #assertInTime(deadline: number): void {
    if (this.#clock.now() > deadline)
      throw fault('unavailable', 'The server was too busy to do this in time.', { retryAfterSeconds: 1 })
  }
}

const noFiles = (error: unknown): string[] => {
  if (isMissing(error)) return []
  throw unavailable(error)
}

/** undefined: it has been deleted just now. */
async function describeFile(path: string): Promise<ListedObject | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unavailable(error)
  }
  try {
    const length = (await readExactly(file, 0, 2)).readUInt16BE()
    const { tenant, key } = JSON.parse((await readExactly(file, 2, length)).toString()) as FileHead
    return { tenant: tenantOf(tenant), key, keptAt: (await file.stat()).mtimeMs }
  } catch (error) {
    throw unavailable(error)
  } finally {
    await file.close()
  }
}

/** Written and synced. The number of bytes of the content. */
async function writeFile(
  path: string,
  head: FileHead,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw unavailable(error)
  })
  let bytes = 0
  const write = async (chunk: Uint8Array): Promise<void> => {
    await placing(() => file.writeFile(chunk))
  }
  try {
    await write(headBytes(head))
    // What the stream itself throws is its owner's.
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      bytes += chunk.byteLength
      await write(chunk)
    }
    await placing(() => file.sync())
    return bytes
  } finally {
    await file.close()
  }
}

function headBytes(head: FileHead): Uint8Array {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.byteLength)
  return Buffer.concat([length, text])
}

/** A rename is on the disk once its folder is. */
async function place(from: string, to: string): Promise<void> {
  const folder = dirname(to)
  const made = await mkdir(folder, { recursive: true })
  await rename(from, to)
  await syncFolder(folder)
  if (made !== undefined) await syncFolder(dirname(folder))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function* readRange(
  openObject: () => Promise<OpenObject | undefined>,
  { first, last }: ByteRange,
): AsyncGenerator<Uint8Array> {
  const found = await openObject()
  if (!found) throw fault('unavailable', 'What was to be read has just been taken away.')
  const { file, start } = found
  try {
    for (let at = first; at <= last; at += CHUNK_BYTES) {
      yield await readExactly(file, start + at, Math.min(CHUNK_BYTES, last - at + 1))
    }
  } finally {
    await file.close()
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) throw fault('unavailable', 'The object is shorter than it was.', { internal: 'short file' })
    filled += bytesRead
  }
  return buffer
}

async function placing<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    throw unavailable(error)
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

function unavailable(cause: unknown): Fault {
  const code = String((cause as NodeJS.ErrnoException).code ?? 'unknown')
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(code, cause)
  return fault('unavailable', 'The store of large content is not there at the moment.', { internal: code, cause })
}
