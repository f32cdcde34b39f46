import { DATABASE_FILE } from './database.ts'
import { describe, primaryCode } from './engine-errors.ts'

type Sentence = (folder: string, message: string) => string

const NOT_WRITABLE: Sentence = (folder, message) =>
  `The data folder ${folder} can't be written to (${message}). Give the user who runs this server the right to, or choose another folder.`

const FULL: Sentence = (folder, message) =>
  `The disk of the data folder ${folder} is full (${message}). Make room, then start again.`

const DAMAGED: Sentence = (folder, message) =>
  `${DATABASE_FILE} in the data folder ${folder} is damaged, or no database (${message}). Put back a copy of the folder that is whole.`

const IN_THE_WAY: Sentence = (folder, message) =>
  `${folder} can't be the data folder: a file is in the way (${message}). Remove it, or choose another folder.`

const NOT_MADE: Sentence = (folder, message) =>
  `The data folder ${folder} can't be made (${message}). Make it yourself, or choose another one.`

const TOO_MANY_FILES: Sentence = (_folder, message) =>
  `The system lets this process open too few files (${message}). Raise its limit: ulimit -n 1024`

const BUSY: Sentence = (folder, message) =>
  `Another program has ${DATABASE_FILE} in the data folder ${folder} open and locked (${message}). End it, then start again.`

/** By primary result code (SQLite rescode.html). */
const OF_ENGINE: Readonly<Record<number, Sentence>> = {
  5: BUSY,
  8: NOT_WRITABLE,
  10: DAMAGED,
  11: DAMAGED,
  13: FULL,
  14: NOT_WRITABLE,
  26: DAMAGED,
}

const OF_SYSTEM: Readonly<Record<string, Sentence>> = {
  EACCES: NOT_WRITABLE,
  EPERM: NOT_WRITABLE,
  EROFS: NOT_WRITABLE,
  ENOENT: NOT_MADE,
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  ENOSPC: FULL,
  EDQUOT: FULL,
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
}

/** Why the data can't be opened, and what to do, where whoever started the server can put it right. */
export function openFailure(folder: string, error: unknown): unknown {
  const code = primaryCode(error)
  const system = error instanceof Error && 'code' in error ? String(error.code) : ''
  const sentence = code === undefined ? OF_SYSTEM[system] : OF_ENGINE[code]
  return sentence ? new Error(sentence(folder, describe(error)), { cause: error }) : error
}
