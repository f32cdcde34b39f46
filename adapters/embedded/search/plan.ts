/** Which list of keys a page is read from. */
import { ALWAYS } from './combine.ts'
import type { CompileContext } from './compile-context.ts'
import type { Condition, Source } from './condition.ts'
import { allOf } from './fragment.ts'
import { everyResource, liveResources } from './resource-conditions.ts'

/** Every resource of the type, tested one by one. */
export function everyMatch(context: CompileContext, condition: Condition): Source {
  const every = everyResource(context)
  return condition === ALWAYS ? every : { ...every, where: allOf([every.where, condition.test(every.key, 'many')]) }
}

/**
 * A list in key order ends with the page. One in no order is read whole and sorted; where it is long, it is cheaper to
 * go through the type in key order and to stop when the page is full, if the matches are as many as it is long.
 */
export function sourceForKeyOrder(context: CompileContext, condition: Condition, limit: number): Source {
  const source = condition.source()
  if (!source) return everyMatch(context, condition)
  const { estimatedRowsMax, countedRowsMax } = context.limits
  if (source.order !== 'none' || source.estimate(estimatedRowsMax) < estimatedRowsMax) return source
  const live = liveResources(context)
  const rows = source.estimate(Math.min(live, countedRowsMax))
  return (limit * live) / rows < rows ? everyMatch(context, condition) : source
}
