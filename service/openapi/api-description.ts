import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { describeApi } from './describe.ts'

const DOCUMENTS = new WeakMap<ServiceContext, WeakMap<Definitions, readonly string[]>>()

/** Stands for the base URL in the text. */
const BASE_URL = '\u0000base\u0000'

/** JSON text of the OpenAPI document, made once for each set of definitions. Access is that of the statement. */
export function apiDescription(context: ServiceContext, call: Call): Uint8Array {
  assertPermitted(context.policy, call, 'capabilities', undefined)
  const definitions = context.definitions.for(call.tenant)
  const known = DOCUMENTS.get(context) ?? new WeakMap<Definitions, readonly string[]>()
  DOCUMENTS.set(context, known)
  const made =
    known.get(definitions) ??
    stringifyJson(describeApi(context, definitions, BASE_URL)).split(JSON.stringify(BASE_URL).slice(1, -1))
  known.set(definitions, made)
  return encodeUtf8(made.join(JSON.stringify(call.baseUrl).slice(1, -1)))
}
