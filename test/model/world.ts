/** What may happen next, and what it leads to. */
import type { Item } from '#adapters/dynamodb/table.ts'
import {
  type ItemChange,
  type ItemsView,
  queryOf,
  transactTo,
  type Written,
  writeTo,
} from '#test/support/table-semantics.ts'
import type { Actor, ActorState, Waiting } from './actor.ts'
import { committedTop, creatorsIn } from './chain.ts'
import { labelOf } from './labels.ts'
import { STAMP, WRITE_MS_MAX } from './programs.ts'
import { isPrivate, isWrite, LOST, type Request, type Response, type WorldEvent } from './requests.ts'
import type { Rules } from './rules.ts'
import { type StateParts, tableAfter, viewOf } from './state.ts'

export interface Scenario {
  readonly actors: readonly Actor[]
  /** What is there from the start: versions of A. */
  readonly existing: readonly Item[]
  /** Those that may be killed. */
  readonly mortal: readonly string[]
  /** Those whose writes may get no answer. */
  readonly remote: readonly string[]
  readonly crashes: number
  /** How many writes may get no answer, so that they are asked for again while the first copy lands later or never. */
  readonly losses: number
  /** The world's clock goes through these, one after the other. */
  readonly times: readonly number[]
  /** Transactions whose records may be removed once they are over, with the time from which on they are. */
  readonly removable: Readonly<Record<string, number>>
  readonly rules: Rules
}

export interface Step {
  /** Made only for the way to something broken. */
  label(): string
  readonly isCrash: boolean
  readonly state: StateParts
}

/** All steps from here. */
export async function stepsFrom(scenario: Scenario, state: StateParts): Promise<readonly Step[]> {
  for (;;) {
    const unknown: (() => Promise<unknown>)[] = []
    const steps = new Steps(scenario, unknown).from(state)
    if (unknown.length === 0) return steps
    for (const find of unknown) await find()
  }
}

interface Moment {
  readonly state: StateParts
  readonly position: number
  readonly actor: Actor
  readonly actorState: ActorState
  readonly waiting: Waiting
}

interface Performed {
  readonly values: readonly unknown[]
  readonly changes: readonly ItemChange[]
}

class Steps {
  readonly #scenario: Scenario
  /** How to find out what actors do that have not been in such a state before. */
  readonly #unknown: (() => Promise<unknown>)[]

  constructor(scenario: Scenario, unknown: (() => Promise<unknown>)[]) {
    this.#scenario = scenario
    this.#unknown = unknown
  }

  from(state: StateParts): Step[] {
    const steps: Step[] = []
    for (const moment of this.#moments(state)) steps.push(...this.#ofRequest(moment))
    this.#crashes(state, steps)
    this.#landings(state, steps)
    this.#passing(state, steps)
    return steps
  }

  *#moments(state: StateParts): Iterable<Moment> {
    for (const [position, actor] of this.#scenario.actors.entries()) {
      const actorState = state.actors[position]
      for (const waiting of actorState?.waiting ?? []) {
        if (actorState) yield { state, position, actor, actorState, waiting }
      }
    }
  }

  #ofRequest(moment: Moment): Step[] {
    const { state, actor, waiting } = moment
    const { request } = waiting
    const { values, changes } = this.#perform(state, request, actor.name)
    const steps = values.flatMap(value => this.#answered(moment, changes, { value }))
    if (state.losses > 0 && isWrite(request) && this.#scenario.remote.includes(actor.name)) {
      const late = [...state.late, { actor: actor.name, request }]
      const before = { ...moment, state: { ...state, late, losses: state.losses - 1 } }
      steps.push(...this.#answered(before, [], LOST))
    }
    return steps
  }

  #perform(state: StateParts, request: Request, actor: string): Performed {
    const { rules, times } = this.#scenario
    const items = viewOf(state)
    const answers = (value: unknown, changes: readonly ItemChange[] = []): Performed => {
      const first = rules.answer ? rules.answer(request, value) : value
      return { values: [first, ...(rules.alsoAnswers?.(request, value) ?? [])], changes }
    }
    switch (request.kind) {
      case 'get':
        return answers(items.get(request.key))
      case 'batchGet':
        return answers({ items: request.keys.flatMap(key => items.get(key) ?? []), unprocessed: [] })
      case 'query':
        return answers(queryOf(items, request.query))
      case 'write':
      case 'transact': {
        const { outcome, changes } = written(rules, items, request, actor)
        return answers(outcome, changes)
      }
      case 'until':
        return { values: hasHappened(items, times[state.time] ?? 0, request.event) ? [true] : [], changes: [] }
      case 'choose':
        return { values: Array.from({ length: request.options }, (_, option) => option), changes: [] }
      case 'newest':
        return { values: [committedTop(items, request.resource, state.committed)], changes: [] }
      case 'creator':
        return { values: [creatorsIn(items, state.committed)[0]], changes: [] }
    }
  }

  /** The state after an answer; what the actor then asks for whose order makes no difference is answered as well. */
  #answered(moment: Moment, changes: readonly ItemChange[], response: Response): Step[] {
    const { state, position, actor, actorState, waiting } = moment
    const now = this.#scenario.times[state.time] ?? 0
    const next = actor.known(actorState, waiting.index, response, now)
    if (!next) {
      this.#unknown.push(() => actor.after(actorState, waiting.index, response, now))
      return []
    }
    const after = { ...changed(state, changes), actors: state.actors.with(position, next) }
    const own = next.waiting.find(({ request }) => isPrivate(request))
    const label = () =>
      'lost' in response
        ? `${actor.name} has no answer: ${labelOf(waiting.request)}`
        : `${actor.name} ${labelOf(waiting.request)}`
    if (!own) return [{ label, isCrash: false, state: after }]
    const { values, changes: ownChanges } = this.#perform(after, own.request, actor.name)
    const further = { ...moment, state: after, actorState: next, waiting: own }
    return values
      .flatMap(value => this.#answered(further, ownChanges, { value }))
      .map(step => ({ ...step, label: () => `${label()}, ${step.label()}` }))
  }

  #crashes(state: StateParts, steps: Step[]): void {
    if (state.crashes === 0) return
    for (const [position, { name }] of this.#scenario.actors.entries()) {
      const actorState = state.actors[position]
      if (!actorState || actorState.result !== undefined || !this.#scenario.mortal.includes(name)) continue
      const actors = state.actors.with(position, undefined)
      steps.push({
        label: () => `${name} is killed`,
        isCrash: true,
        state: { ...state, actors, crashes: state.crashes - 1 },
      })
    }
  }

  #landings(state: StateParts, steps: Step[]): void {
    for (const [index, { actor, request }] of state.late.entries()) {
      const late = state.late.toSpliced(index, 1)
      const { changes } = written(this.#scenario.rules, viewOf(state), request, actor)
      const label = (what: string) => () => `the late copy ${what}: ${actor} ${labelOf(request)}`
      steps.push({ label: label('lands'), isCrash: false, state: { ...changed(state, changes), late } })
      steps.push({ label: label('is lost'), isCrash: false, state: { ...state, late } })
    }
  }

  /** The clock goes on; records that are over are removed. */
  #passing(state: StateParts, steps: Step[]): void {
    const { times, removable } = this.#scenario
    const next = times[state.time + 1]
    if (next !== undefined) {
      steps.push({ label: () => `it is ${next}`, isCrash: false, state: { ...state, time: state.time + 1 } })
    }
    for (const [transaction, over] of Object.entries(removable)) {
      const key = { partition: `t#tx#${transaction}`, sort: 'record' }
      const record = viewOf(state).get(key)
      if (!record || record.expires === undefined || !this.#mayBeRemoved(state, transaction, record, over)) continue
      const label = () => `the record of ${transaction} is removed`
      steps.push({ label, isCrash: false, state: changed(state, [{ key, item: undefined }]) })
    }
  }

  /** A day after its use: by then its committer is gone, as are the late copies of requests. */
  #mayBeRemoved(state: StateParts, transaction: string, record: Item, over: number): boolean {
    const { actors, times, rules } = this.#scenario
    if (record.state === 'committed') return state.late.length === 0
    if ((times[state.time] ?? 0) <= over) return false
    const committer = state.actors[actors.findIndex(({ name }) => name === transaction)]
    const hasEnded = committer === undefined || committer.result !== undefined
    return rules.removesEarly === true || (hasEnded && state.late.length === 0)
  }
}

function written(rules: Rules, items: ItemsView, request: Request, actor: string): Written<unknown> {
  if (request.kind === 'write') return rules.write?.(items, request.write, actor) ?? writeTo(items, request.write)
  if (request.kind !== 'transact') return { outcome: undefined, changes: [] }
  return rules.transact?.(items, request.writes) ?? transactTo(items, request.writes)
}

/** With what goes on beside the table: which transactions have been committed, and what has come to the stream. */
function changed(state: StateParts, changes: readonly ItemChange[]): StateParts {
  if (changes.length === 0) return state
  let { committed, published } = state
  for (const { key, item } of changes) {
    const [, kind = '', id = ''] = key.partition.split('#')
    if (kind === 'tx' && item?.state === 'committed' && !committed.includes(id)) committed = [...committed, id].sort()
    if (kind === 'Patient' && item && item.tx === undefined && !isFinal(viewOf(state).get(key))) {
      const before = published[id] ?? 0
      const versionId = Number(key.sort)
      published = { ...published, [id]: before >= 0 && versionId > before ? versionId : -versionId }
    }
  }
  return { ...state, table: tableAfter(state.table, changes), committed, published }
}

const isFinal = (item: Item | undefined): boolean => item !== undefined && item.tx === undefined

function hasHappened(items: ItemsView, now: number, event: WorldEvent): boolean {
  if (event === 'late') return now > STAMP + WRITE_MS_MAX
  const [transaction, wanted] = event.split(' ')
  const record = items.get({ partition: `t#tx#${transaction}`, sort: 'record' })
  if (wanted === 'expired') return record?.state === 'pending' && now > Number(record.expiresAt)
  return record?.state === wanted && record?.finalizedAt === undefined
}
