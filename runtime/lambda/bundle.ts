/**
 * `npm run bundle`: each Lambda entry as one file with the tables beside it, as folders that can be zipped as they are.
 * dist/lambda/rest/runtime/rest.mjs and dist/lambda/rest/schema/generated: as far from each other as in the sources, so
 * that service/definitions.ts finds the tables by the same relative URL.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TABLES = 'schema/generated'

const THREADS = {
  'writer-thread': 'adapters/embedded/writer-thread.ts',
  'search-thread': 'adapters/embedded/search/search-thread.ts',
} as const

/** By function: what its bundle is made of. The first is the one that Lambda calls. */
const ENTRIES = {
  rest: { rest: 'runtime/lambda/rest.ts', ...THREADS },
  resolvers: { resolvers: 'runtime/lambda/resolvers.ts', ...THREADS },
  'index-stream': { 'index-stream': 'runtime/lambda/index-stream.ts' },
  dispatch: { dispatch: 'runtime/lambda/dispatch.ts' },
} as const

export type LambdaName = keyof typeof ENTRIES

export const LAMBDA_NAMES = Object.keys(ENTRIES) as readonly LambdaName[]

export interface BundleSize {
  readonly file: string
  readonly bytes: number
}

/** Makes `folder` anew. Gives the size of each file of code. */
export async function bundleLambda(name: LambdaName, folder: string): Promise<readonly BundleSize[]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { ...ENTRIES[name] },
    outdir: join(folder, 'runtime'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // What is loaded only where it is used, such as one of the engines, is a file of its own.
    splitting: true,
    // The SDK's modules shake off what is not used; its CommonJS builds don't, and can't be in a module.
    mainFields: ['module', 'main'],
    metafile: true,
    plugins: [threadEntries],
    logLevel: 'warning',
  })
  await cp(join(ROOT, TABLES), join(folder, TABLES), {
    recursive: true,
    filter: file => extname(file) === '' || extname(file) === '.json',
  })
  return Object.entries(metafile.outputs).map(([file, { bytes }]) => ({ file, bytes }))
}

/**
 * Threads are named by URL, which esbuild doesn't follow: in a bundle their entries lie beside the one that starts
 * them.
 */
const threadEntries: Plugin = {
  name: 'thread-entries',
  setup({ onLoad }) {
    onLoad({ filter: /adapters[\\/]embedded[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const contents = source.replace(/(new URL\('\.\/[\w-]+-thread)\.ts'/, "$1.mjs'")
      return { contents, loader: 'ts' }
    })
  },
}

if (import.meta.main) {
  for (const name of LAMBDA_NAMES) {
    for (const { file, bytes } of await bundleLambda(name, join(ROOT, 'dist/lambda', name)))
      console.log(`${file}  ${Math.ceil(bytes / 1024)} KB`)
  }
}
