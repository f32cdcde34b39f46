import type { DiffersNode } from '#service/search/ast.ts'
import { ID_URL } from '../parameters.ts'
import { NEVER, negation } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { type Fragment, raw, sql } from './fragment.ts'
import { type IndexTable, rowCondition } from './row-condition.ts'
import { tokenCondition } from './text-conditions.ts'

/** Some row of the parameter is not of this value. */
export function differsCondition(context: CompileContext, { node }: DiffersNode): Condition {
  // Every resource has one id.
  if (node.kind === 'token' && node.parameter.url === ID_URL) {
    const other = context.dictionary.kind(context.tenant, node.parameter.resourceType) !== context.kind
    return other ? NEVER : negation(tokenCondition(context, node))
  }
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const equal = equalRow(context, node)
  return rowCondition(context, {
    table: TABLES[node.kind],
    parameter,
    match: row => (equal ? sql`NOT (${equal(row)})` : raw('1')),
    lead: () => raw('1'),
    access: 'scan',
    unique: false,
  })
}

const TABLES: Readonly<Record<DiffersNode['node']['kind'], IndexTable>> = {
  token: 'token',
  uri: 'token',
  string: 'string',
  reference: 'reference',
}

/** undefined: no row is equal. */
function equalRow(context: CompileContext, node: DiffersNode['node']): ((row: Fragment) => Fragment) | undefined {
  switch (node.kind) {
    case 'token': {
      const { code } = node
      const system = node.system === undefined ? undefined : context.dictionary.system(node.system)
      if (node.system !== undefined && system === undefined) return undefined
      if (code === undefined) return row => (system === undefined ? raw('1') : sql`${row}.system = ${system}`)
      return row => sql`${row}.code = ${code}${system === undefined ? raw('') : sql` AND ${row}.system = ${system}`}`
    }
    case 'uri':
      return row => sql`${row}.code = ${node.value}`
    case 'string':
      return row => sql`${row}.normalized = ${node.value}`
    case 'reference': {
      const { type, id, url } = node
      if (url !== undefined) return row => sql`${row}.target = ${url} AND ${row}.target_kind = 0`
      if (id === undefined) return undefined
      if (type === undefined) return row => sql`${row}.target = ${id} AND ${row}.target_kind > 0`
      const kind = context.dictionary.kind(context.tenant, type)
      return kind === undefined ? undefined : row => sql`${row}.target = ${id} AND ${row}.target_kind = ${kind}`
    }
  }
}
