/** What of the SDK no function needs, and esbuild can't know: left out of the bundles, which start the quicker. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * Lambda gives a function's credentials by its environment, new ones with each process. The SDK would look for them at
 * nine other places as well (SSO, profiles, instance metadata), each with clients of its own.
 */
const ENVIRONMENT_CREDENTIALS = "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env'"

/** Tables of all that a service can do; once esbuild knows that they have no effects, it keeps those that are used. */
const SCHEMAS = /@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/
const TABLE = /^export var ([\w$]+) = (\[[^;]*\]);$/gm

export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]index\.js$/ }, ({ path }) => ({
      contents: ENVIRONMENT_CREDENTIALS,
      loader: 'js',
      resolveDir: dirname(path),
    }))
    // Reads what browsers call themselves.
    onLoad({ filter: /[\\/]bowser[\\/]bowser\.mjs$/ }, () => ({ contents: 'export default {}', loader: 'js' }))
    onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(TABLE, 'export var $1 = /* @__PURE__ */ (() => $2)();'),
      loader: 'js',
    }))
  },
}
