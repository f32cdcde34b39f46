import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { checkNode } from './check-node.js'

checkNode()

// Node takes types out of the sources, and reads answers of fetch, in WebAssembly, each thread in its own. Where two of
// them have calls out of it compiled at the same moment, V8 may end the process (seen once in Node 24.21, in
// TierUpWasmToJSWrapper; like nodejs/node#64500). So none is: these calls are not what takes time.
setFlagsFromString('--wasm-wrapper-tiering-budget=1000000000')

// The first thing that a newcomer reads shall not be a warning about a part that the tests of this gateway hold.
const { emitWarning } = process
process.emitWarning = (/** @type {string | Error} */ warning, /** @type {any[]} */ ...rest) => {
  if (!String(warning).startsWith('SQLite is an experimental feature')) emitWarning.call(process, warning, ...rest)
}

// Compiled once an install, not once a start. Among the modules, so that nobody else can put code there. Threads take
// the folder from the environment.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import('./main.ts')
