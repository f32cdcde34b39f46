/** A committer is killed at every kind of step of a large transaction: all of it is there or nothing. */
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '#service/ports/clock.ts'
import { type DynamoWorld, dynamoWorld } from '#test/support/dynamo-world.ts'
import type { KilledCommit, KillPoint, StepKind } from '#test/support/killed-committer.ts'
import { ENTRIES, entriesOf, prepare, WITHIN_MS, writersOf } from '#test/support/large-transaction.ts'
import { freshTenant } from './changes.ts'

const COMMITTER = new URL('../support/killed-committer.ts', import.meta.url).pathname

let world: DynamoWorld

beforeAll(async () => {
  world = await dynamoWorld()
})

afterAll(() => world.close())

/** First, middle and last. */
const NUMBERS: Readonly<Record<StepKind, readonly number[]>> = {
  open: [1],
  list: [1],
  stage: [1, ENTRIES / 2, ENTRIES],
  decide: [1],
  finalize: [1, ENTRIES / 2, ENTRIES],
  close: [1],
}

const POINTS: readonly KillPoint[] = (Object.keys(NUMBERS) as StepKind[]).flatMap(step =>
  NUMBERS[step].flatMap(number => (['before', 'after'] as const).map(moment => ({ step, number, moment }))),
)

const isCommitted = ({ step, moment }: KillPoint): boolean =>
  step === 'finalize' || step === 'close' || (step === 'decide' && moment === 'after')

/** Of a machine on which the killed transaction's time is over. */
const LATER: Clock = { now: () => Date.now() + 2 * WITHIN_MS }

const OLD = { before: ENTRIES / 2, '': ENTRIES / 2 }

test.each(POINTS.map(point => [point.moment, point.step, point.number, point] as const))(
  'killed %s %s %d',
  async (_moment, _step, _number, at) => {
    const tenant = freshTenant()
    const store = world.store()
    await prepare(store, tenant)
    expect(await runUntilKilled({ place: world.place, tenant, at })).toBe('SIGKILL')
    const seen = isCommitted(at) ? { first: ENTRIES } : OLD
    expect(await writersOf(world.store(), tenant, Date.now() + WITHIN_MS)).toEqual(seen)

    const later = world.store({ clock: LATER })
    const changes = await entriesOf(later, tenant, 'retry', LATER)
    expect(await later.commit(tenant, { changes, deadline: LATER.now() + WITHIN_MS })).toEqual({ committed: true })
    expect(await writersOf(world.store(), tenant, Date.now() + WITHIN_MS)).toEqual({ retry: ENTRIES })
  },
)

const runUntilKilled = (commit: KilledCommit): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMITTER, JSON.stringify(commit)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.once('error', reject)
    child.once('exit', (_code, signal) => resolve(signal))
  })
