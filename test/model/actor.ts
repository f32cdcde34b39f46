/**
 * Real code as a state machine. An actor's state is what it has been answered so far: from that its code is run again
 * to see what it asks for next. Each state is run once, however many states of the world it is part of.
 */
import { setImmediate as idle } from 'node:timers/promises'
import type { Table, WriteOutcome } from '#adapters/dynamodb/table.ts'
import { TableError } from '#adapters/dynamodb/table-error.ts'
import type { Clock } from '#service/ports/clock.ts'
import { textOf } from './interned.ts'
import type { Request, Response, WorldEvent } from './requests.ts'

/** What an actor's code has of the world. */
export interface ActorView {
  readonly table: Table
  readonly clock: Clock
  until(event: WorldEvent): Promise<void>
  choose(options: number): Promise<number>
  newest(resource: string): Promise<number>
  creator(): Promise<string | undefined>
}

export type Program = (view: ActorView) => Promise<unknown>

export interface ActorState {
  readonly number: number
  /** Asked for and not answered yet. */
  readonly waiting: readonly Waiting[]
  /** Of an actor that has ended. */
  readonly result: unknown
}

export interface Waiting {
  /** The how manieth request of the actor it is. */
  readonly index: number
  readonly request: Request
}

interface Answer {
  readonly index: number
  readonly response: Response
  readonly now: number
}

interface Entry {
  readonly state: ActorState
  readonly answers: readonly Answer[]
  readonly next: Map<string, ActorState>
}

/** The record of a transaction, the acknowledgement of its own one, and the moment to list. */
const JUDGED_BY_TIME: ReadonlySet<Request['kind']> = new Set(['get', 'transact', 'until'])

export class Actor {
  readonly name: string
  /** What its clock says at a time of the world. */
  readonly timeAt: (now: number) => number
  readonly #program: Program
  readonly #entries: Entry[] = []
  readonly #ended = new Map<string, ActorState>()

  constructor(name: string, program: Program, timeAt: (now: number) => number = now => now) {
    this.name = name
    this.timeAt = timeAt
    this.#program = program
  }

  /** States found so far. */
  get size(): number {
    return this.#entries.length
  }

  async start(): Promise<ActorState> {
    return this.#entries[0]?.state ?? this.#run([])
  }

  /** The state after an answer, if it is known already. */
  known(state: ActorState, index: number, response: Response, now: number): ActorState | undefined {
    return this.#entries[state.number]?.next.get(this.#step(index, response, this.#timeOf(state, index, now)))
  }

  async after(state: ActorState, index: number, response: Response, now: number): Promise<ActorState> {
    const known = this.known(state, index, response, now)
    if (known) return known
    const entry = this.#entries[state.number]
    const time = this.#timeOf(state, index, now)
    const answers = [...(entry?.answers ?? []), { index, response, now: time }]
    const next = await this.#run(answers)
    entry?.next.set(this.#step(index, response, time), next)
    return next
  }

  /**
   * What the actor's clock says with an answer. Time only matters where an answer is judged by it: elsewhere the clock
   * stands still, which makes no difference but fewer states.
   */
  #timeOf(state: ActorState, index: number, now: number): number {
    const request = state.waiting.find(each => each.index === index)?.request
    const before = this.#entries[state.number]?.answers.at(-1)?.now ?? this.timeAt(0)
    return request && JUDGED_BY_TIME.has(request.kind) ? this.timeAt(now) : before
  }

  #step(index: number, response: Response, now: number): string {
    return `${index} ${now} ${textOf(response)}`
  }

  async #run(answers: readonly Answer[]): Promise<ActorState> {
    const run = new Run(this.#program, this.timeAt(0))
    await idle()
    for (const answer of answers) {
      run.answer(answer)
      await idle()
    }
    const waiting = run.waiting()
    if (waiting.length > 0 || run.result === undefined) return this.#keep({ waiting, result: undefined }, answers)
    // Of one that has ended nothing but its result matters.
    const name = JSON.stringify(run.result)
    const known = this.#ended.get(name)
    if (known) return known
    const state = this.#keep({ waiting, result: run.result }, answers)
    this.#ended.set(name, state)
    return state
  }

  #keep(state: Omit<ActorState, 'number'>, answers: readonly Answer[]): ActorState {
    const numbered = { ...state, number: this.#entries.length }
    this.#entries.push({ state: numbered, answers, next: new Map() })
    return numbered
  }
}

/** One execution of a program. */
class Run {
  result: unknown
  #now: number
  readonly #asked: { readonly request: Request; readonly settle: ((answer: Response) => void) | undefined }[] = []

  constructor(program: Program, now: number) {
    this.#now = now
    program(this.#view()).then(
      value => {
        this.result = value
      },
      (error: unknown) => {
        this.result = { failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
      },
    )
  }

  answer({ index, response, now }: Answer): void {
    this.#now = now
    const asked = this.#asked[index]
    if (!asked) return
    this.#asked[index] = { request: asked.request, settle: undefined }
    asked.settle?.(response)
  }

  waiting(): Waiting[] {
    return this.#asked.flatMap(({ request, settle }, index) => (settle ? { index, request } : []))
  }

  #ask<T>(request: Request): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (answer: Response) => {
        if ('lost' in answer) reject(new TableError('unclear'))
        else resolve(answer.value as T)
      }
      this.#asked.push({ request, settle })
    })
  }

  #view(): ActorView {
    return {
      clock: { now: () => this.#now },
      table: {
        get: key => this.#ask({ kind: 'get', key: { partition: key.partition, sort: key.sort } }),
        batchGet: keys => this.#ask({ kind: 'batchGet', keys }),
        query: query => this.#ask({ kind: 'query', query }),
        write: write => this.#ask<WriteOutcome>({ kind: 'write', write }),
        transact: writes => this.#ask({ kind: 'transact', writes }),
      },
      until: event => this.#ask({ kind: 'until', event }),
      choose: options => this.#ask({ kind: 'choose', options }),
      newest: resource => this.#ask({ kind: 'newest', resource }),
      creator: () => this.#ask({ kind: 'creator' }),
    }
  }
}
