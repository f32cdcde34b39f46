/** `npm run data`: a set of synthetic patients to load and to measure with. */
import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { DATA_USAGE, type DataOptions, parseDataOptions } from './options.ts'
import { DataError, fetchSynthea, filesOf, MissingProgramError, requireJava, runSynthea } from './synthea.ts'

const EXIT = { failed: 1, usage: 2, missingProgram: 3 }

const root = resolve(import.meta.dirname, '../..')

async function generate(options: DataOptions): Promise<void> {
  const folder = resolve(options.out ?? join(root, 'data', `synthea-${options.patients}-${options.seed}`))
  const shown = relative(process.cwd(), folder)
  if (existsSync(folder)) {
    console.log(`${shown} is there already; remove it to generate it again`)
    return
  }
  requireJava()
  const classPath = await fetchSynthea(join(root, '.cache'))
  await runSynthea(classPath, options, folder)
  const files = filesOf(folder)
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  console.log(`\n${files.length} files, ${(bytes / 1e6).toFixed(1)} MB in ${shown}`)
  console.log(`Load them with: npm run load -- ${shown}`)
}

const options = parseDataOptions(process.argv.slice(2))
if (typeof options === 'string') {
  console.error(`${options}\n\n${DATA_USAGE}`)
  process.exitCode = EXIT.usage
} else {
  try {
    await generate(options)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    console.error(error.message)
    process.exitCode = error instanceof MissingProgramError ? EXIT.missingProgram : EXIT.failed
  }
}
