import { type Fault, fault } from '../fault.ts'
import type { Limits } from '../limits.ts'
import type { EntryOutcome } from './outcome.ts'

/** An answer may be so much larger than the largest request. */
const TIMES_BODY = 4

/** What the reads of one Bundle may bring along in all: thousands of searches would fill any memory. */
export interface AnswerBudget {
  /** @throws Fault too-costly once the reads before have used it up. */
  assertLeft(): void
  spend(outcome: EntryOutcome): void
}

export function answerBudget({ bodyBytesMax }: Pick<Limits, 'bodyBytesMax'>): AnswerBudget {
  const max = bodyBytesMax * TIMES_BODY
  let spent = 0
  return {
    assertLeft() {
      if (spent >= max) throw tooMuch(max)
    },
    spend({ resource = [] }) {
      for (const piece of resource) spent += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength
    },
  }
}

const tooMuch = (max: number): Fault =>
  fault('too-costly', `What the entries before have read has more than ${max} bytes: read the rest by another Bundle`)
