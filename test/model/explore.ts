/** Every state that can be reached, breadth first, with what was found broken and the shortest way to it. */
import { typeKey } from '#adapters/dynamodb/keys.ts'
import { Actor } from './actor.ts'
import { violationsOf } from './invariants.ts'
import { TENANT, writer } from './programs.ts'
import { keyOf, type StateParts, tableAfter } from './state.ts'
import { type Scenario, stepsFrom } from './world.ts'

export interface Exploration {
  readonly states: number
  /** From which nothing more happens, unless somebody is killed. */
  readonly finals: number
  /** By rule, what is broken, and the steps to it. */
  readonly broken: Readonly<Record<string, readonly string[]>>
}

export interface ExploreOptions {
  readonly statesMax: number
  /** Stop at the first thing that is broken. */
  readonly untilBroken?: true
}

interface Found {
  readonly text: string
  readonly at: number
}

export async function explore(scenario: Scenario, { statesMax, untilBroken }: ExploreOptions): Promise<Exploration> {
  const first = await startOf(scenario)
  const seen = new Map<string, number>([[keyOf(first), 0]])
  const parents: number[] = [0]
  const broken = new Map<string, Found>()
  const report = (found: readonly string[], at: number): void => {
    for (const text of found) {
      const rule = text.split(':')[0] ?? ''
      if (!broken.has(rule)) broken.set(rule, { text, at })
    }
  }
  const successor = freshWriter()
  let finals = 0
  let layer: { readonly state: StateParts; readonly at: number }[] = [{ state: first, at: 0 }]
  while (layer.length > 0 && !(untilBroken && broken.size > 0)) {
    const following: typeof layer = []
    for (const { state, at } of layer) {
      const steps = await stepsFrom(scenario, state)
      if (steps.every(({ isCrash }) => isCrash)) {
        finals++
        if (!(await canGoOn(scenario, successor, state))) report(['live: A and B can never be written again'], at)
      }
      for (const { state: next } of steps) {
        const key = keyOf(next)
        if (seen.has(key)) continue
        const number = seen.size
        seen.set(key, number)
        parents.push(at)
        const violations = violationsOf(scenario, next)
        report(violations, number)
        // What comes after something is broken says nothing.
        if (violations.length === 0) following.push({ state: next, at: number })
      }
      if (seen.size > statesMax) throw new Error(`There are more than ${statesMax} states`)
    }
    layer = following
  }
  const ways: [string, string[]][] = []
  for (const [rule, { text, at }] of broken) ways.push([rule, [text, ...(await wayTo(scenario, at, parents, seen))]])
  return { states: seen.size, finals, broken: Object.fromEntries(ways) }
}

/** Registered already: that is no part of what is explored. */
const TYPE_ITEM = { ...typeKey(TENANT, 'Patient'), shards: 1 }

async function startOf({ actors, crashes, losses, existing }: Scenario): Promise<StateParts> {
  return {
    table: tableAfter(
      [],
      [TYPE_ITEM, ...existing].map(item => ({ key: item, item })),
    ),
    actors: await Promise.all(actors.map(actor => actor.start())),
    late: [],
    time: 0,
    crashes,
    losses,
    committed: [],
    published: { A: existing.length, B: 0 },
  }
}

/** When everything is over, and every transaction has expired. */
const AFTER_ALL = 2e12

const freshWriter = (): Actor =>
  new Actor(
    'Z',
    writer('Z', ['A', 'B'], { deadline: 2 * AFTER_ALL, settings: { transactActionsMax: 100 } }),
    () => AFTER_ALL,
  )

/** Whether a fresh writer, alone in the world, gets both resources written. */
async function canGoOn({ rules }: Scenario, successor: Actor, end: StateParts): Promise<boolean> {
  const nothing = { existing: [], mortal: [], remote: [], crashes: 0, losses: 0, removable: {} }
  const scenario: Scenario = { ...nothing, actors: [successor], times: [AFTER_ALL], rules }
  let state: StateParts = { ...end, actors: [await successor.start()], late: [], time: 0, crashes: 0, losses: 0 }
  for (;;) {
    const [step] = await stepsFrom(scenario, state)
    if (!step) return state.actors[0]?.result === 'ok'
    state = step.state
  }
}

/** The labels of the steps, found by going the way again. */
async function wayTo(
  scenario: Scenario,
  at: number,
  parents: readonly number[],
  seen: ReadonlyMap<string, number>,
): Promise<string[]> {
  const numbers: number[] = []
  for (let number = at; number > 0; number = parents[number] ?? 0) numbers.unshift(number)
  const labels: string[] = []
  let state = await startOf(scenario)
  for (const number of numbers) {
    const steps = await stepsFrom(scenario, state)
    const step = steps.find(each => seen.get(keyOf(each.state)) === number)
    if (!step) break
    labels.push(step.label())
    state = step.state
  }
  return labels
}
