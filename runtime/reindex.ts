/** `npm run reindex`: makes the search index of a deployment anew while it goes on. docs/implementation/aws.md. */
import { parseArgs } from 'node:util'
import { Fault } from '#service/index.ts'
import type { ReindexNews, ReindexOutcome } from '#workers/reindex.ts'
import { enginePlaces } from './aws-environment.ts'
import { LATE_WRITERS_MS, reindexOnAws } from './aws-reindex.ts'
import { ConfigurationError, parseEnvironment } from './env.ts'
import { AWS_ENV } from './env-names.ts'

const USAGE = `Usage: npm run reindex [-- [--segments 4] [--accept-refused]]

Makes a new search index from the table, and turns searches to it once it is complete. Reads, searches and writes go on
meanwhile. A run that was stopped is gone on with by the next one.

--segments        parts of the table that are read side by side
--accept-refused  turn searches to the new index also where it has refused resources

The environment says where the engines are, as it does to the deployed functions: ${AWS_ENV.region}, ${AWS_ENV.table},
${AWS_ENV.objectsBucket}, ${AWS_ENV.searchEndpoint}, ${AWS_ENV.searchPrefix}. The credentials must allow dynamodb:Scan on the table.`

const EXIT = { done: 0, failed: 1, usage: 2, stopped: 3 } as const

const SAY_AFTER_MS = 2_000

async function main(): Promise<number> {
  const options = parse()
  if (typeof options === 'string') {
    console.error(`${options}\n\n${USAGE}`)
    return EXIT.usage
  }
  try {
    const places = enginePlaces(process.env)
    const { baseUrl } = parseEnvironment(process.env)
    const outcome = await reindexOnAws({
      ...options,
      places,
      baseUrl,
      lateWritersMs: LATE_WRITERS_MS,
      report: reporter(),
    })
    return sayOutcome(outcome)
  } catch (error) {
    if (error instanceof ConfigurationError || (Fault.is(error) && error.category === 'conflict')) {
      console.error(error.message)
      return EXIT.failed
    }
    const isKnown = Fault.is(error) || !(error instanceof Error)
    console.error(isKnown ? String((error as Error).message) : `It failed: ${error.name}: ${error.message}`)
    console.error('Run it again to go on where it stopped.')
    return EXIT.failed
  }
}

function parse() {
  try {
    const { values } = parseArgs({
      options: { segments: { type: 'string', default: '4' }, 'accept-refused': { type: 'boolean', default: false } },
    })
    const segments = Number(values.segments)
    if (!Number.isInteger(segments) || segments < 1 || segments > 100)
      return `--segments takes a whole number from 1 to 100, not '${values.segments}'`
    return { segments, refused: values['accept-refused'] ? ('accept' as const) : ('stop' as const) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function reporter() {
  const startedAt = Date.now()
  let saidAt = 0
  return (news: ReindexNews): void => {
    if (news.kind === 'progress') {
      const { segmentsDone, segments, written } = news
      if (Date.now() - saidAt < SAY_AFTER_MS && segmentsDone < segments) return
      saidAt = Date.now()
      const seconds = (saidAt - startedAt) / 1000
      const pace = `${Math.round(seconds)} s`
      console.log(`${written} resources indexed, ${segmentsDone} of ${segments} parts done, ${pace}`)
    } else console.log(sentenceOf(news))
  }
}

function sentenceOf(news: Exclude<ReindexNews, { readonly kind: 'progress' }>): string {
  switch (news.kind) {
    case 'begun':
      return `Writes go to the new index ${news.index} too; now it is filled from the table.`
    case 'resumed':
      return `Going on with the index ${news.index} that an earlier run has begun.`
    case 'swapped':
      return `Searches are answered by ${news.index}. The old index is kept for ${LATE_WRITERS_MS / 1000} s more.`
    case 'removed':
      return `The index ${news.index} is removed.`
    case 'refused':
      return `The index refuses ${news.version}: ${news.cause}.`
    case 'waiting':
      return `An engine does not answer (${news.cause}): waiting for it.`
  }
}

function sayOutcome(outcome: ReindexOutcome): number {
  if (outcome.kind === 'done') {
    const { index, written, refused } = outcome
    console.log(`Done: ${index} has ${written} resources, deleted ones included; ${refused} were refused.`)
    return EXIT.done
  }
  const refused = outcome.refused === 1 ? 'One resource was' : `${outcome.refused} resources were`
  console.error(`${refused} refused, so searches still go to the old index. Either repair what was refused`)
  console.error('and run this again, or run it with --accept-refused.')
  return EXIT.stopped
}

process.exitCode = await main()
