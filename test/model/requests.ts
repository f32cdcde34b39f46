import type { Action, Key, Query, Write } from '#adapters/dynamodb/table.ts'

/** What an actor waits for. Each is one step, atomic. */
export type Request =
  | { readonly kind: 'get'; readonly key: Key }
  | { readonly kind: 'batchGet'; readonly keys: readonly Key[] }
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'transact'; readonly writes: readonly Action[] }
  /** Goes on when the world is so. */
  | { readonly kind: 'until'; readonly event: WorldEvent }
  /** Goes on with each of 0, 1 ... options - 1. */
  | { readonly kind: 'choose'; readonly options: number }
  /** Answered with the number of the newest committed version: what a read that begins now must see. */
  | { readonly kind: 'newest'; readonly resource: string }
  /** Answered with who has created a resource of its own by now. */
  | { readonly kind: 'creator' }

export type WorldEvent = `${'T1' | 'T2' | 'C1' | 'S' | 'D'} ${'committed' | 'aborted' | 'expired'}` | 'late'

/** An answer, or that there was none. */
export type Response = { readonly value: unknown } | { readonly lost: true }

export const LOST: Response = { lost: true }

export const isWrite = ({ kind }: Request): boolean => kind === 'write' || kind === 'transact'

/**
 * Requests whose order among those of other actors makes no difference: types are known from the start, and what a
 * transaction lists is read only when its record says that it is committed or aborted.
 */
export function isPrivate(request: Request): boolean {
  if (request.kind === 'query')
    return /#types$/.test(request.query.partition) || /^chunk/.test(request.query.from ?? '')
  return request.kind === 'write' && request.write.kind === 'put' && /^chunk/.test(request.write.item.sort)
}
