/** Lambda entry: the resolvers door behind AppSync, for single events and for batches. */
import { createResolversDoor, type ResolverResult } from '#resolvers/door.ts'
import { faultToGraphql } from '#resolvers/fault-to-graphql.ts'
import { type Call, fault } from '#service/index.ts'
import { ANONYMOUS, type Identity } from '../identity.ts'
import { appsyncIdentity } from './caller.ts'
import { deadlineOf, type LambdaContext } from './lambda-context.ts'
import { openLambdaService } from './service.ts'

export interface ResolverLambdaContext extends LambdaContext {
  readonly awsRequestId: string
}

/** AppSync gives up after 30 s, however long the function may run. */
const DEADLINE_MS = 28_000
/** So that the refusal of what takes too long gets out. */
const ANSWER_MS = 500
/** AppSync takes 5 MB from a resolver; what JSON escapes is not counted here. */
const RESULT_BYTES_MAX = 4.5 * 1000 * 1000

/** While the process starts, which Lambda gives more CPU than any request. */
const { service, config, logger } = openLambdaService()
const door = createResolversDoor(service)
let isFirst = true

export async function handler(event: unknown, context: ResolverLambdaContext): Promise<ResolverResult> {
  const start = performance.now()
  const result = await answer(event, context)
  logger.info('Request', {
    requestId: context.awsRequestId,
    events: Array.isArray(event) ? event.length : 1,
    failures: [result].flat().filter(({ error }) => error).length,
    durationMs: Math.round(performance.now() - start),
    isFirst,
  })
  isFirst = false
  return result
}

async function answer(event: unknown, context: ResolverLambdaContext): Promise<ResolverResult> {
  const deadline = Math.min(Date.now() + DEADLINE_MS, deadlineOf(context, ANSWER_MS))
  const callAs = ({ tenant, caller }: Identity): Call => ({
    requestId: context.awsRequestId,
    tenant,
    caller,
    door: 'graphql',
    baseUrl: config.baseUrl ?? '',
    deadline,
    logger,
  })
  const refuse = (failure: unknown): ResolverResult => {
    const refusal = faultToGraphql(callAs(ANONYMOUS), failure)
    return Array.isArray(event) ? event.map(() => refusal) : refusal
  }
  let call: Call
  try {
    call = callAs(appsyncIdentity(event, config.access.terms))
  } catch (failure) {
    return refuse(failure)
  }
  const result = await door(event, call)
  return Buffer.byteLength(JSON.stringify(result)) <= RESULT_BYTES_MAX ? result : refuse(fault('too-costly', TOO_LARGE))
}

const TOO_LARGE =
  'The answer is larger than the 4.5 MB that can leave here. Give a "_count", or select fewer fields, by inline ' +
  'fragments: where a named one is spread, all fields of the resources are sent.'
