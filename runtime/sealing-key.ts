import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const KEY_FILE = 'sealing.key'
const KEY_BYTES = 32

/** The folder's key, made when it is first asked for. Page links outlive a restart because it does. */
export function sealingKeyOf(folder: string): Uint8Array {
  const file = join(folder, KEY_FILE)
  if (!existsSync(file)) makeKey(folder, file)
  const key = readFileSync(file)
  if (key.length !== KEY_BYTES)
    throw new Error(`${file} must hold ${KEY_BYTES} bytes: remove it, and a new one is made.`)
  return key
}

function makeKey(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true })
  // Renamed into place, so that a crash leaves no half a key.
  const unfinished = `${file}.new`
  writeFileSync(unfinished, randomBytes(KEY_BYTES), { mode: 0o600 })
  renameSync(unfinished, file)
}
