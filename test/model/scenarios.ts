import { Actor } from './actor.ts'
import { EXISTING } from './existing.ts'
import {
  claimant,
  claimReader,
  deleter,
  EXPIRY,
  finisher,
  lister,
  NO_DEADLINE,
  type ProgramOptions,
  reader,
  referrer,
  START,
  stubbornWriter,
  WRITE_MS_MAX,
  writer,
} from './programs.ts'
import type { Rules } from './rules.ts'
import type { Scenario } from './world.ts'

/** Its clock stands still: it commits although others see its time over. */
const lagging = () => START

const LISTED: ProgramOptions = { deadline: EXPIRY, settings: { writeMsMax: WRITE_MS_MAX } }
const BY_TWO: ProgramOptions = { deadline: EXPIRY, settings: { concurrencyMax: 2 } }
const MARKED: ProgramOptions = { settings: { transactActionsMax: 100, marksWrites: true } }
const IN_ONE: ProgramOptions = { deadline: NO_DEADLINE, settings: { transactActionsMax: 100 } }

const ACTORS = {
  /** Writes A and then B, staged. */
  T1: () => new Actor('T1', writer('T1', ['A', 'B'], { deadline: EXPIRY }), lagging),
  /** The same with a clock that goes, where somebody lists; and, to see it fail, with one that doesn't. */
  'T1 listed': () => new Actor('T1', writer('T1', ['A', 'B'], LISTED)),
  'T1 listed, lagging': () => new Actor('T1', writer('T1', ['A', 'B'], LISTED), lagging),
  'T1, requests by two': () => new Actor('T1', writer('T1', ['A', 'B'], BY_TWO), lagging),
  'T1 again with its id': () => new Actor('T1', stubbornWriter('T1', ['A', 'B'], { deadline: EXPIRY }), lagging),
  /** Writes B and then A, staged. */
  T2: () => new Actor('T2', writer('T2', ['B', 'A'])),
  /** Writes A by one request. */
  W: () => new Actor('W', writer('W', ['A'])),
  /** Reads both. */
  R: () => new Actor('R', reader, lagging),
  /** Workers that finish what the stream tells them of. */
  F1: () => new Actor('F1', finisher('T1', 'committed'), lagging),
  S1: () => new Actor('S1', finisher('T1', 'aborted'), lagging),
  E1: () => new Actor('E1', finisher('T1', 'expired')),
  FC1: () => new Actor('F1', finisher('C1', 'committed'), lagging),
  /** Lists what has changed. */
  L: () => new Actor('L', lister),
  /** Create a resource of their own for one claim: two staged, one by one request. */
  C1: () => new Actor('C1', claimant('C1', { deadline: EXPIRY }), lagging),
  C2: () => new Actor('C2', claimant('C2')),
  X: () => new Actor('X', claimant('X', IN_ONE)),
  /** Write to B that it refers to A: by one request, and staged. */
  V: () => new Actor('V', referrer('V', IN_ONE)),
  'V marked': () => new Actor('V', referrer('V', MARKED)),
  S: () => new Actor('S', referrer('S')),
  'S expiring': () => new Actor('S', referrer('S', { deadline: EXPIRY }), lagging),
  /** Deletes A if nothing refers to it. */
  D: () => new Actor('D', deleter('D')),
  'D expiring': () => new Actor('D', deleter('D', { deadline: EXPIRY }), lagging),
  'D, which finds by marks': () => new Actor('D', deleter('D', { finds: 'by marks' })),
  'D, which looks before': () => new Actor('D', deleter('D', { finds: 'before' })),
  FS: () => new Actor('F', finisher('S', 'committed'), lagging),
  FD: () => new Actor('F', finisher('D', 'aborted'), lagging),
  /** Reads who has the claim. */
  K: () => new Actor('K', claimReader, lagging),
} as const

export type ActorName = keyof typeof ACTORS

export interface ScenarioShape {
  readonly actors: readonly ActorName[]
  readonly crashes?: number
  readonly losses?: number
  readonly rules?: Rules
}

export function scenarioOf({ actors, crashes = 0, losses = 0, rules = {} }: ScenarioShape): Scenario {
  return {
    actors: actors.map(name => ACTORS[name]()),
    existing: actors.some(name => name.startsWith('D')) ? EXISTING : [],
    mortal: ['T1', 'T2', 'C1', 'C2', 'S', 'D'],
    remote: ['T1', 'T2', 'W', 'C1', 'C2', 'X', 'V', 'S', 'D'],
    crashes,
    losses,
    times: actors.includes('L') ? [START, START + WRITE_MS_MAX + 1, EXPIRY + 1] : [START, EXPIRY + 1],
    removable: { T1: EXPIRY, C1: EXPIRY, S: EXPIRY, D: EXPIRY },
    rules,
  }
}
