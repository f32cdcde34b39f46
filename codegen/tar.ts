const blockBytes = 512

/** The files of a tar archive whose names are wanted. Plain ustar entries: what `npm pack` writes. */
export function readTar(archive: Buffer, wanted: ReadonlySet<string>): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  let offset = 0
  while (offset + blockBytes <= archive.length) {
    const name = text(archive, offset, 100)
    if (name === '') break
    const prefix = text(archive, offset + 345, 155)
    const size = Number.parseInt(text(archive, offset + 124, 12), 8)
    if (!Number.isSafeInteger(size)) throw new Error(`The archive is damaged at byte ${offset}.`)
    const path = prefix === '' ? name : `${prefix}/${name}`
    const start = offset + blockBytes
    if (wanted.has(path)) files.set(path, archive.subarray(start, start + size))
    offset = start + Math.ceil(size / blockBytes) * blockBytes
  }
  return files
}

/** A header field ends at its first NUL or at its full length. */
function text(archive: Buffer, start: number, length: number): string {
  const end = archive.indexOf(0, start)
  return archive.toString('latin1', start, end === -1 || end > start + length ? start + length : end).trim()
}
