import type { ResolversDoor } from '#resolvers/door.ts'
import type { Call, GraphqlFieldOutcome } from '#service/index.ts'
import type { AppSyncEvent } from './resolver-event.ts'

/** AppSync's BatchInvoke: fields that are due together go to the Lambda function together. */
export interface Batches {
  invoke(event: AppSyncEvent): Promise<GraphqlFieldOutcome>
}

/** AppSync's greatest maxBatchSize. */
const BATCH_MAX = 2000

interface Waiting {
  readonly event: AppSyncEvent
  readonly settle: (outcome: GraphqlFieldOutcome) => void
}

export function createBatches(door: ResolversDoor, call: Call): Batches {
  let waiting: Waiting[] = []
  const send = async (): Promise<void> => {
    const due = waiting
    waiting = []
    for (let start = 0; start < due.length; start += BATCH_MAX) {
      const batch = due.slice(start, start + BATCH_MAX)
      const answer = await door(
        batch.map(({ event }) => event),
        call,
      )
      const outcomes = Array.isArray(answer) ? answer : []
      for (const [index, { settle }] of batch.entries()) settle(outcomes[index] ?? { data: null })
    }
  }
  return {
    invoke: event =>
      new Promise(settle => {
        waiting.push({ event, settle })
        // Everything that one step of the execution asks for is there before the next turn of the event loop.
        if (waiting.length === 1) setImmediate(send)
      }),
  }
}
