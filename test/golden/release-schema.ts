/**
 * `npm run schema:release`: keeps the SDL as that of a release, against which later ones are held. Part of making a
 * release, after which the list of accepted changes begins anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'

const sdl = readFileSync(new URL('../../schema/generated/schema.graphql', import.meta.url))
const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_LGWIN]: 24 }
const compressed = brotliCompressSync(sdl, { params })
writeFileSync(new URL('released-schema.graphql.br', import.meta.url), compressed)
writeFileSync(new URL('accepted-schema-changes.txt', import.meta.url), '')
console.log(`${sdl.length} bytes of SDL are kept as ${compressed.length}.`)
