import { join } from 'node:path'
import { type Diagnostic, formatDiagnostic } from './diagnostics.ts'
import { emitFiles } from './emit.ts'
import { emitGraphql } from './emit-graphql.ts'
import { differences, readGenerated, writeGenerated } from './generated-folder.ts'
import { loadDefinitions } from './load.ts'
import { buildModel, type Model } from './model.ts'
import { parseSdlOptions } from './sdl-options.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'schema', 'generated')

function main(command: string | undefined): number {
  if (command !== 'write' && command !== 'check' && command !== 'sdl') {
    console.error('Usage: node codegen/main.ts write | check | sdl')
    return 2
  }
  const diagnostics: Diagnostic[] = []
  const model = buildModel(loadDefinitions(root), diagnostic => diagnostics.push(diagnostic))
  if (command === 'sdl') return printSdl(model)
  const files = emitFiles(model, diagnostics)
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity !== 'information') console.log(formatDiagnostic(diagnostic))
  }
  console.log(summary(diagnostics, files))
  if (diagnostics.some(({ severity }) => severity === 'error')) return 1
  if (command === 'write') {
    writeGenerated(folder, files)
    return 0
  }
  const found = differences(readGenerated(folder), files)
  for (const difference of found) console.error(difference)
  if (found.length > 0) console.error('schema/generated is not what codegen makes: run `npm run codegen`.')
  return found.length === 0 ? 0 : 1
}

/** An SDL of a size of one's own, to the standard output. */
function printSdl(model: Model): number {
  const options = parseSdlOptions(process.argv.slice(3), model.manifest.resourceTypes)
  if (typeof options === 'string') {
    console.error(options)
    return 2
  }
  process.stdout.write(emitGraphql(model, options))
  return 0
}

function summary(diagnostics: readonly Diagnostic[], files: ReadonlyMap<string, string>): string {
  const count = (severity: Diagnostic['severity']): number =>
    diagnostics.filter(diagnostic => diagnostic.severity === severity).length
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return (
    `${count('error')} errors, ${count('warning')} warnings, ${count('information')} remarks; ` +
    `${files.size} files, ${bytes} bytes`
  )
}

try {
  process.exitCode = main(process.argv[2])
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
