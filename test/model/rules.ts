/** How a test takes a rule of the protocol away: by what the table does, or answers, instead. */
import type { Action, Write } from '#adapters/dynamodb/table.ts'
import type { ItemsView, Written } from '#test/support/table-semantics.ts'
import type { Request } from './requests.ts'

/** Each returns undefined, or the value it was given, where nothing is changed. */
export interface Rules {
  readonly write?: (items: ItemsView, write: Write, actor: string) => Written<unknown> | undefined
  readonly transact?: (items: ItemsView, writes: readonly Action[]) => Written<unknown> | undefined
  readonly answer?: (request: Request, value: unknown) => unknown
  /** What may be answered as well. */
  readonly alsoAnswers?: (request: Request, value: unknown) => readonly unknown[]
  /** Records are removed as soon as their time is over, whoever may still need them. */
  readonly removesEarly?: true
}
