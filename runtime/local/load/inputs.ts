import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface InputFile {
  /** As the person named it, or found below the folder that was named. */
  readonly path: string
  /** On disk. */
  readonly bytes: number
  readonly format: 'json' | 'ndjson'
  readonly compressed: boolean
}

export interface Inputs {
  /** Each is loaded completely before the next begins. */
  readonly stages: readonly (readonly InputFile[])[]
  /** Sentences about paths that can't be loaded. */
  readonly problems: readonly string[]
}

const NAME = /\.(json|ndjson|jsonl)(\.gz)?$/i

// Synthea's patients refer to both conditionally, and its practitioners of older versions to hospitals.
const STAGES = [/^hospital/i, /^practitioner/i, /^/]

/** Finds the files to load, sorted by path, each once. In folders, files with other endings are passed over. */
export function findInputs(paths: readonly string[]): Inputs {
  const files = new Map<string, InputFile>()
  const problems: string[] = []
  const visit = (path: string, named: boolean): void => {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) problems.push(`${path}: there is no such file or folder`)
    else if (stat.isDirectory()) {
      for (const name of namesIn(path, problems)) visit(join(path, name), false)
    } else {
      const [, ending, gz] = NAME.exec(path) ?? []
      if (ending)
        files.set(path, {
          path,
          bytes: stat.size,
          format: ending.toLowerCase() === 'json' ? 'json' : 'ndjson',
          compressed: gz !== undefined,
        })
      else if (named) problems.push(`${path}: its name ends in none of .json, .ndjson, .jsonl, or these with .gz`)
    }
  }
  for (const path of paths) visit(path, true)
  if (files.size === 0 && problems.length === 0)
    problems.push(`${paths.join(', ')}: no .json or .ndjson files in there`)
  return { stages: intoStages([...files.values()]), problems }
}

function namesIn(folder: string, problems: string[]): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    problems.push(`${folder}: can't be read: ${error instanceof Error ? error.message : error}`)
    return []
  }
}

function intoStages(files: readonly InputFile[]): readonly (readonly InputFile[])[] {
  const stages = STAGES.map((): InputFile[] => [])
  for (const file of files) stages[STAGES.findIndex(form => form.test(basename(file.path)))]?.push(file)
  return stages.filter(stage => stage.length > 0)
}
