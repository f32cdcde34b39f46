import { assertPermitted } from '../access/permit.ts'
import { batch } from '../bundle/batch.ts'
import { parseBundle } from '../bundle/entries.ts'
import { encodeOutcomes } from '../bundle/outcome.ts'
import { transaction } from '../bundle/transaction.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { BundleRequest, BundleResult } from '../fhir-service.ts'

/** R4 http.html#transaction: a Bundle posted to the base. Entries answer in the order in which they came. */
export async function bundle(context: ServiceContext, call: Call, request: BundleRequest): Promise<BundleResult> {
  const { type, entries } = parseBundle(context, context.definitions.for(call.tenant), call.baseUrl, request.content)
  assertPermitted(context.policy, call, type, undefined)
  const run = type === 'transaction' ? transaction : batch
  const outcomes = await run(context, call, entries, request)
  const response = `${type}-response` as const
  return { type: response, body: encodeOutcomes(response, outcomes) }
}
