import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { GeneratedFiles } from './emit-tables.ts'

/** The folder's files as they are, by path with `/` on every system. */
export function readGenerated(folder: string): GeneratedFiles {
  if (!existsSync(folder)) return new Map()
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return new Map(
    entries.map(entry => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')]
    }),
  )
}

/** Makes the folder hold these files and no others; what is right already is not touched. */
export function writeGenerated(folder: string, files: GeneratedFiles): void {
  const present = readGenerated(folder)
  for (const path of present.keys()) if (!files.has(path)) rmSync(join(folder, path))
  for (const [path, text] of files) {
    if (present.get(path) === text) continue
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
}

/** One sentence for each file that differs, is missing or is not a generated one; sorted by path. */
export function differences(present: GeneratedFiles, expected: GeneratedFiles): readonly string[] {
  const paths = [...new Set([...present.keys(), ...expected.keys()])].sort()
  return paths.flatMap(path => {
    if (!present.has(path)) return [`missing: ${path}`]
    if (!expected.has(path)) return [`not generated: ${path}`]
    return present.get(path) === expected.get(path) ? [] : [`differs: ${path}`]
  })
}
