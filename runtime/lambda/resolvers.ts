/** Lambda entry: the resolvers door behind AppSync, for single events and for batches. */
import { createResolversDoor, type ResolverResult } from '#resolvers/door.ts'
import { faultToGraphql } from '#resolvers/fault-to-graphql.ts'
import { fault } from '#service/index.ts'
import { anonymousCall } from '../anonymous-call.ts'
import { openLambdaService } from './service.ts'

export interface ResolverLambdaContext {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** AppSync gives up after 30 s, however long the function may run. */
const DEADLINE_MS = 28_000
/** Kept of the time that is left, so that the refusal of what takes too long gets out. */
const ANSWER_MS = 500
/** AppSync takes 5 MB from a resolver; what JSON escapes is not counted here. */
const RESULT_BYTES_MAX = 4.5 * 1000 * 1000

/** While the process starts, which Lambda gives more CPU than any request. */
const { service, config, logger } = openLambdaService()
const door = createResolversDoor(service)

export async function handler(event: unknown, context: ResolverLambdaContext): Promise<ResolverResult> {
  const timeMs = Math.min(DEADLINE_MS, context.getRemainingTimeInMillis() - ANSWER_MS)
  const call = anonymousCall({
    requestId: context.awsRequestId,
    door: 'graphql',
    baseUrl: config.baseUrl ?? '',
    deadline: Date.now() + timeMs,
    logger,
  })
  const result = await door(event, call)
  if (Buffer.byteLength(JSON.stringify(result)) <= RESULT_BYTES_MAX) return result
  const refusal = faultToGraphql(call, fault('too-costly', TOO_LARGE))
  return Array.isArray(event) ? event.map(() => refusal) : refusal
}

const TOO_LARGE = 'The answer is larger than the 4.5 MB that can leave here. Select fewer fields, or give a "_count".'
