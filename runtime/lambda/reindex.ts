/** Lambda entry: the search index made anew, as far as one call gets. */
import type { ReindexNews, ReindexOutcome } from '#workers/reindex.ts'
import { enginePlaces } from '../aws-environment.ts'
import { LATE_WRITERS_MS, reindexOnAws } from '../aws-reindex.ts'
import { parseEnvironment } from '../env.ts'
import type { LambdaContext } from './lambda-context.ts'
import { createLambdaLogger } from './lambda-logger.ts'

export interface ReindexEvent {
  /** Parts of the table that are read side by side. Default: 4. */
  readonly segments?: number
  /** Turn searches to the new index also where it has refused resources. */
  readonly acceptRefused?: boolean
}

/** unfinished: another call goes on where this one stopped. */
export type ReindexAnswer = ReindexOutcome | { readonly kind: 'unfinished'; readonly written: number }

const places = enginePlaces(process.env)
const { baseUrl } = parseEnvironment(process.env)
const logger = createLambdaLogger(process.env)

/** What is begun then is ended with, or given up and begun again by the next call. */
const STOP_BEFORE_MS = 240_000
const SEGMENTS = 4
const SEGMENTS_MAX = 100

class TimeIsUp extends Error {}

/** Rejects where another process rebuilds the index, or an engine stays away. */
export async function handler(event: ReindexEvent, context: LambdaContext): Promise<ReindexAnswer> {
  const { segments = SEGMENTS, acceptRefused = false } = event ?? {}
  if (!Number.isInteger(segments) || segments < 1 || segments > SEGMENTS_MAX)
    throw new Error(`segments must be a whole number from 1 to ${SEGMENTS_MAX}`)
  let written = 0
  const report = (news: ReindexNews): void => {
    if (news.kind !== 'progress') {
      tell(news)
      return
    }
    written = news.written
    // Its places are kept by then. Where all is read, the little that is left fits into the time.
    if (news.segmentsDone < news.segments && context.getRemainingTimeInMillis() < STOP_BEFORE_MS) throw new TimeIsUp()
  }
  const refused = acceptRefused ? 'accept' : 'stop'
  try {
    return await reindexOnAws({ places, baseUrl, report, segments, lateWritersMs: LATE_WRITERS_MS, refused })
  } catch (error) {
    if (error instanceof TimeIsUp) return { kind: 'unfinished', written }
    throw error
  }
}

/** Keys of resources and names of causes, no content. */
function tell({ kind, ...fields }: ReindexNews): void {
  const level = kind === 'refused' || kind === 'waiting' ? 'warn' : 'info'
  logger[level](`Reindex: ${kind}`, fields)
}
