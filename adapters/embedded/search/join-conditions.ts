/** Conditions that look at other resources: chains and `_has`. */
import type { ChainNode, HasNode, ParameterReference, Query } from '#service/search/ast.ts'
import { containedType, inContained } from '#service/search/contained.ts'
import { either, NEVER, once, selectOf } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition, Source } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { everyMatch } from './plan.ts'
import { byKey } from './row-condition.ts'
import { equalReference } from './text-conditions.ts'

type Compile = (context: CompileContext, query: Query) => Condition

/** To what is contained as well, where the tenant has any such of the type. */
export function chainCondition(context: CompileContext, { parameter, query }: ChainNode, compile: Compile): Condition {
  const ordinary = chainTo(context, parameter, query, compile)
  const isContained = context.dictionary.kind(context.tenant, containedType(query.type)) !== undefined
  return isContained ? either(context, [ordinary, chainTo(context, parameter, inContained(query), compile)]) : ordinary
}

/** The references of a candidate, or of so many targets: from whichever side has less. */
function chainTo(context: CompileContext, reference: ParameterReference, query: Query, compile: Compile): Condition {
  const parameter = parameterNumber(context, reference)
  const kind = context.dictionary.kind(context.tenant, query.type)
  if (parameter === undefined || kind === undefined) return NEVER
  const inner = context.enter(kind)
  const condition = compile(inner, query)
  if (condition === NEVER) return NEVER
  return joinCondition(
    context,
    key => {
      const link = context.alias()
      const target = context.alias()
      return sql`EXISTS (SELECT 1 FROM ${byKey('reference', link)} CROSS JOIN resource ${target}
        WHERE ${link}.key = ${key} AND ${link}.parameter = ${parameter} AND ${link}.target_kind = ${kind}
        AND ${target}.kind = ${kind} AND ${target}.id = ${link}.target AND ${target}.deleted = 0
        AND ${condition.test(raw(`${target.text}.key`))})`
    },
    () => {
      const list = condition.source()
      const ids = list && fewIds(inner, list)
      if (ids) return ofAny(context, parameter, kind, ids).source()
      const targets = list ?? everyMatch(inner, condition)
      const found = context.alias()
      const target = context.alias()
      const link = context.alias()
      const from = sql`(${selectOf(targets)}) ${found} CROSS JOIN resource ${target} CROSS JOIN reference ${link}`
      const where = sql`${target}.key = ${found}.key AND ${link}.parameter = ${parameter}
        AND ${link}.target = ${target}.id AND ${link}.target_kind = ${kind}`
      return joinSource(context, targets, { from, where, key: raw(`${link.text}.key`) })
    },
  )
}

/** undefined: not so few. */
function fewIds(context: CompileContext, list: Source): string[] | undefined {
  const { mergedMax } = context.limits
  if (list.estimate(mergedMax + 1) > mergedMax) return undefined
  const found = context.alias()
  const target = context.alias()
  const rows = context.reader.rows<[id: string]>(
    sql`SELECT ${target}.id FROM (${selectOf(list)}) ${found} CROSS JOIN resource ${target}
      WHERE ${target}.key = ${found}.key`,
  )
  return [...new Set(rows.map(([id]) => id))]
}

/** What refers to any of a few resources comes in key order. */
const ofAny = (context: CompileContext, parameter: number, kind: number, ids: readonly string[]): Condition =>
  either(
    context,
    ids.map(id => equalReference(context, parameter, id, kind, undefined)),
  )

/** The parameter is the source type's; the candidate is what it points to. */
export function hasCondition(context: CompileContext, node: HasNode, compile: Compile): Condition {
  const kind = context.dictionary.kind(context.tenant, node.query.type)
  if (kind === undefined) return NEVER
  const inner = context.enter(kind)
  const parameter = parameterNumber(inner, node.parameter)
  if (parameter === undefined) return NEVER
  const condition = compile(inner, node.query)
  if (condition === NEVER) return NEVER
  return joinCondition(
    context,
    key => {
      const link = context.alias()
      const linkKey = raw(`${link.text}.key`)
      return sql`EXISTS (SELECT 1 FROM reference ${link} WHERE ${link}.parameter = ${parameter}
        AND ${link}.target = (SELECT id FROM resource WHERE key = ${key}) AND ${link}.target_kind = ${context.kind}
        AND tick(${linkKey}) AND ${condition.test(linkKey)})`
    },
    () => {
      const sources = condition.source() ?? everyMatch(inner, condition)
      const found = context.alias()
      const link = context.alias()
      const target = context.alias()
      const from = sql`(${selectOf(sources)}) ${found} CROSS JOIN ${byKey('reference', link)} CROSS JOIN resource ${target}`
      const where = sql`${link}.key = ${found}.key AND ${link}.parameter = ${parameter}
        AND ${link}.target_kind = ${context.kind} AND ${target}.kind = ${context.kind}
        AND ${target}.id = ${link}.target AND ${target}.deleted = 0`
      return joinSource(context, sources, { from, where, key: raw(`${target.text}.key`) })
    },
  )
}

/**
 * Many candidates would each go the same ways anew, which may take as long as those are times as many: beyond some
 * patience, all ways are gone once, and the other candidates looked up among what they lead to.
 */
function joinCondition(
  context: CompileContext,
  testOne: (key: Fragment) => Fragment,
  list: () => Source | undefined,
): Condition {
  const source = once(list)
  const { joinPatienceMs } = context.limits
  return {
    test(key, candidates) {
      const all = candidates === 'many' && Number.isFinite(joinPatienceMs) ? source() : undefined
      if (!all) return testOne(key)
      return sql`CASE WHEN patient(${joinPatienceMs}) THEN ${testOne(key)} ELSE ${key} IN (${selectOf(all)}) END`
    },
    source,
  }
}

/** Each key once: many ways lead to most, and the next join would go on from it as often. */
function joinSource(
  context: CompileContext,
  from: Source,
  join: {
    readonly from: ReturnType<typeof sql>
    readonly where: ReturnType<typeof sql>
    readonly key: ReturnType<typeof sql>
  },
): Source {
  const found = context.alias()
  const keys = sql`SELECT DISTINCT ${join.key} AS key FROM ${join.from} WHERE ${join.where} AND tick(${join.key})`
  return {
    from: () => sql`(${keys}) ${found}`,
    where: raw('1'),
    key: raw(`${found.text}.key`),
    order: 'none',
    unique: true,
    estimate(bound) {
      const { estimatedRowsMax } = context.limits
      if (from.estimate(estimatedRowsMax) >= estimatedRowsMax) return Number.POSITIVE_INFINITY
      return context.reader.estimate(sql`SELECT 1 FROM ${join.from} WHERE ${join.where}`, bound)
    },
  }
}
