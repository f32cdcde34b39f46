/**
 * `npm run bundle`: each Lambda entry with the tables beside it, as folders that can be zipped as they are.
 * dist/lambda/rest/runtime/rest.mjs and dist/lambda/rest/schema/generated: as far from each other as in the sources, so
 * that service/definitions.ts finds the tables by the same relative URL.
 */
import { cp, mkdir, rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { lazyUnits, unitsBuild } from './lazy-units.ts'
import { leanSdk } from './lean-sdk.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TABLES = 'schema/generated'

/** Entries of the same name in this folder. */
export const LAMBDA_NAMES = [
  ...(['rest', 'resolvers', 'index-stream', 'dispatch', 'publish'] as const),
  ...(['jobs', 'sweep', 'redrive', 'reindex'] as const),
]

export type LambdaName = (typeof LAMBDA_NAMES)[number]

export interface BundledFile {
  readonly file: string
  readonly bytes: number
  /** Whether every start of the function loads it; others are loaded when what they hold is first asked for. */
  readonly initial: boolean
  /** Packages that it holds a part of. */
  readonly packages: readonly string[]
}

/** Makes `folder` anew. Gives each file of code. */
export async function bundleLambda(name: LambdaName, folder: string): Promise<readonly BundledFile[]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const common: BuildOptions & { readonly metafile: true } = {
    absWorkingDir: ROOT,
    outdir: join(folder, 'runtime'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    metafile: true,
    logLevel: 'warning',
  }
  const { metafile } = await build({
    ...common,
    entryPoints: { [name]: `runtime/lambda/${name}.ts` },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    // What is loaded only where it is used is a file of its own.
    splitting: true,
    // The SDK's modules shake off what is not used; its CommonJS builds don't, and can't be in a module.
    mainFields: ['module', 'main'],
    plugins: [leanSdk, lazyUnits],
  })
  const isUsed = Object.keys(metafile.inputs).some(input => input.endsWith('ucum-library.cjs'))
  const units = isUsed ? await build({ ...common, ...unitsBuild }) : undefined
  await cp(join(ROOT, TABLES), join(folder, TABLES), {
    recursive: true,
    filter: file => extname(file) === '' || extname(file) === '.json',
  })
  return filesOf({ ...metafile.outputs, ...units?.metafile?.outputs }, name)
}

function filesOf(outputs: Metafile['outputs'], name: LambdaName): readonly BundledFile[] {
  const initial = new Set<string>()
  const follow = (file: string): void => {
    if (initial.has(file)) return
    initial.add(file)
    for (const { path, kind, external } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement' && !external) follow(path)
  }
  for (const file of Object.keys(outputs)) if (basename(file) === `${name}.mjs`) follow(file)
  return Object.entries(outputs).map(([file, { bytes, inputs }]) => ({
    file: basename(file),
    bytes,
    initial: initial.has(file),
    packages: [...new Set(Object.keys(inputs).flatMap(packageOf))].sort(),
  }))
}

const packageOf = (input: string): string[] =>
  input.match(/(?<=node_modules\/)(?:@[^/]+\/)?[^/]+(?!.*node_modules)/g) ?? []

export const bytesOf = (files: readonly BundledFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

export const initialOf = (files: readonly BundledFile[]): readonly BundledFile[] =>
  files.filter(({ initial }) => initial)

if (import.meta.main) {
  for (const name of LAMBDA_NAMES) {
    const files = await bundleLambda(name, join(ROOT, 'dist/lambda', name))
    const [all, first] = [files, initialOf(files)].map(each => Math.ceil(bytesOf(each) / 1024))
    console.log(`${name}: ${all} KB in ${files.length} files, of which ${first} KB are loaded at its start`)
  }
}
