import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { checkNode } from './check-node.js'

checkNode()

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
