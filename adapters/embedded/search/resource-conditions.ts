/** Conditions on the resource row itself, and the list of all resources of a type. */
import type { IdNode, MissingNode } from '#service/search/ast.ts'
import { isColumn } from '../parameters.ts'
import { ALWAYS, NEVER, negation } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition, Source } from './condition.ts'
import { raw, sql } from './fragment.ts'
import { type IndexTable, rowCondition } from './row-condition.ts'

/** Every live resource of the type, in key order. */
export function everyResource(context: CompileContext): Source {
  const row = context.alias()
  const key = raw(`${row.text}.key`)
  const from = sql`resource ${row} INDEXED BY resource_live`
  return {
    from: () => from,
    where: sql`${row}.kind = ${context.kind} AND ${row}.deleted = 0 AND tick(${key})`,
    key,
    order: 'index',
    unique: true,
    estimate: bound => Math.min(liveResources(context), bound),
  }
}

export function liveResources(context: CompileContext): number {
  return context.reader.prepare<[number]>('SELECT live FROM kind WHERE id = ?').get(context.kind)?.[0] ?? 0
}

/** Ids become keys at once: a search has few of them. */
export function idCondition(context: CompileContext, node: IdNode): Condition {
  const find = context.reader.prepare<[number]>('SELECT key FROM resource WHERE kind = ? AND id = ? AND deleted = 0')
  const keys = [...new Set(node.ids)].flatMap(id => find.get(context.kind, id) ?? [])
  if (keys.length === 0) return NEVER
  const list = JSON.stringify(keys.sort((left, right) => left - right))
  return {
    test: key => sql`${key} IN (SELECT value FROM json_each(${list}))`,
    source() {
      const row = context.alias()
      return {
        from: () => sql`json_each(${list}) ${row}`,
        where: raw('1'),
        key: raw(`${row.text}.value`),
        order: 'none',
        unique: true,
        estimate: bound => Math.min(keys.length, bound),
      }
    },
  }
}

const TABLES: Readonly<Record<MissingNode['parameter']['kind'], IndexTable>> = {
  token: 'token',
  uri: 'token',
  string: 'string',
  reference: 'reference',
  date: 'date',
  number: 'amount',
  quantity: 'amount',
  composite: 'composite',
  special: 'position',
}

export function missingCondition(context: CompileContext, { parameter, missing }: MissingNode): Condition {
  const present = presentCondition(context, parameter)
  return missing ? negation(present) : present
}

function presentCondition(context: CompileContext, parameter: MissingNode['parameter']): Condition {
  // Every resource has an id and a time.
  if (isColumn(parameter.url)) return ALWAYS
  const number = parameterNumber(context, parameter)
  if (number === undefined) return NEVER
  return rowCondition(context, {
    table: TABLES[parameter.kind],
    parameter: number,
    match: () => raw('1'),
    access: 'range',
    unique: false,
  })
}
