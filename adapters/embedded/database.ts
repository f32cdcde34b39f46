import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ADDED_SCHEMA } from './added-schema.ts'
import { primaryCode } from './engine-errors.ts'
import { SCHEMA, SCHEMA_FROM_2, SCHEMA_VERSION } from './schema.ts'

export const DATABASE_FILE = 'gateway.sqlite'

const LOCK_FILE = 'gateway.lock'

/** Pages of 4 KiB: an insert touches a dozen leaves at random, and each goes to the log whole. */
const PAGE_BYTES = 4096

/** Of the log, about 160 MB: the longer it may grow, the fewer times a page goes to the main file. */
const CHECKPOINT_PAGES = 40_000

/** How long a statement waits for another connection; only start and checkpoint ever have to. */
const BUSY_TIMEOUT_MS = 5_000

const WRITER_CACHE_KIB = 65_536
const READER_CACHE_KIB = 32_768
/** Each reader's map counts as memory of the process: five of them are a good gigabyte at the most. */
const READER_MAP_BYTES = 1 << 28

/** Result codes of SQLite: somebody else has a lock; a file that isn't SQLite's. */
const BUSY = 5
const NO_DATABASE = 26

/** Whoever worked on a job worked in the process before this one: its lease holds nobody off. */
const FREE_JOBS = `UPDATE job SET due = 0, state = 'queued',
  text = json_remove(json_set(text, '$.state', 'queued'), '$.leaseUntil') WHERE due IS NOT NULL`

/** Makes the folder and the tables where they are not there yet. Throws an Error that says what to do. */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, DATABASE_FILE))
  try {
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`,
    )
    database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE')
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (version === 0) database.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    else if (version === 2) database.exec(`${SCHEMA_FROM_2}; PRAGMA user_version = ${SCHEMA_VERSION}`)
    else if (version !== SCHEMA_VERSION) throw new Error(otherSchema(folder, version))
    database.exec(ADDED_SCHEMA)
    database.exec(FREE_JOBS)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

const otherSchema = (folder: string, version: number): string =>
  `The data in ${folder} is of format ${version}; this server reads format ${SCHEMA_VERSION}. ` +
  (version > SCHEMA_VERSION ? 'Start the newer server that wrote it.' : 'Load it into a new folder.')

/**
 * Holds the folder for one server until it is closed, or the process is gone however it went: the lock is the operating
 * system's, on an empty database.
 */
export function lockFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, LOCK_FILE))
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    const code = primaryCode(cause)
    if (code === NO_DATABASE)
      throw new Error(`${LOCK_FILE} in the data folder ${folder} is damaged. Remove it.`, { cause })
    if (code !== BUSY) throw cause
    throw new Error(
      `Another server is using the data folder ${folder}. Stop it, or give this one a folder of its own.`,
      { cause },
    )
  }
  return { release: () => database.close() }
}

export function openWriter(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, DATABASE_FILE))
  database.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
     PRAGMA checkpoint_fullfsync = ON; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
     PRAGMA cache_size = -${WRITER_CACHE_KIB}; PRAGMA temp_store = MEMORY`,
  )
  return database
}

export function openReader(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, DATABASE_FILE))
  database.exec(
    `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA query_only = ON; PRAGMA cache_size = -${READER_CACHE_KIB};
     PRAGMA mmap_size = ${READER_MAP_BYTES}; PRAGMA temp_store = MEMORY`,
  )
  return database
}
