/**
 * The library of units as a file of its own, which is loaded with the first unit. service/search/ucum-library.cjs
 * requires it when it is needed; esbuild would put it among what every start loads, if not run.
 */
import type { BuildOptions, Plugin } from 'esbuild'

const LIBRARY = '@lhncbc/ucum-lhc'
const FILE = 'ucum-lhc'

/** Of the build beside that of the function. */
export const unitsBuild: BuildOptions = {
  entryPoints: { [FILE]: LIBRARY },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
}

const CONTENTS = `
  import { createRequire } from 'node:module'
  const load = createRequire(import.meta.url)
  export const loadUcum = () => load('./${FILE}.cjs').UcumLhcUtils.getInstance()
`

export const lazyUnits: Plugin = {
  name: 'lazy-units',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]ucum-library\.cjs$/ }, () => ({ contents: CONTENTS, loader: 'js' }))
  },
}
