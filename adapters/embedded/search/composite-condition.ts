import type { ComponentNode, CompositeNode, UriNode } from '#service/search/ast.ts'
import { basesOf } from '#service/search/uri-below.ts'
import { NEVER } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { allOf, type Fragment, raw, sql } from './fragment.ts'
import { dateMatch, numberMatch, unitsOf } from './range-conditions.ts'
import { byKey, rowCondition } from './row-condition.ts'
import { belowUri } from './text-conditions.ts'
import { startsWith } from './text-range.ts'

/** A row of one component, and in the same element one of each of the others. */
export function compositeCondition(context: CompileContext, node: CompositeNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  const [first, ...others] = node.components.flatMap((component, index) =>
    component ? { index, match: componentMatch(context, component) } : [],
  )
  if (parameter === undefined || !first) return NEVER
  const lead = (row: Fragment) => sql`${row}.component = ${first.index} AND ${first.match(row)}`
  return rowCondition(context, {
    table: 'composite',
    parameter,
    lead,
    match: row => allOf([lead(row), ...others.map(({ index, match }) => beside(context, row, match, index))]),
    access: 'range',
    unique: false,
  })
}

type RowMatch = (row: Fragment) => Fragment

function beside(context: CompileContext, row: Fragment, match: RowMatch, component: number): Fragment {
  const other = context.alias()
  return sql`EXISTS (SELECT 1 FROM ${byKey('composite', other)} WHERE ${other}.key = ${row}.key
    AND ${other}.parameter = ${row}.parameter AND ${other}.element = ${row}.element
    AND ${other}.component = ${component} AND ${match(other)})`
}

const FALSE: RowMatch = () => raw('0')

/** What each kind keeps in which column is said by IndexWriter. */
function componentMatch(context: CompileContext, node: ComponentNode): RowMatch {
  switch (node.kind) {
    case 'token': {
      const { code } = node
      const system = node.system === undefined ? undefined : context.dictionary.system(node.system)
      if (node.system !== undefined && system === undefined) return FALSE
      return row =>
        allOf([
          ...(code === undefined ? [] : [sql`${row}.text = ${code}`]),
          ...(system === undefined ? [] : [sql`${row}.number = ${system}`]),
        ])
    }
    case 'string':
      return row => stringMatch(row, node.mode, node.value)
    case 'reference': {
      const { type, id, url, version } = node
      const kind =
        url !== undefined ? 0 : type === undefined ? undefined : context.dictionary.kind(context.tenant, type)
      if (type !== undefined && kind === undefined) return FALSE
      return row =>
        allOf([
          sql`${row}.text = ${url ?? id ?? ''}`,
          kind === undefined ? sql`${row}.number > 0` : sql`${row}.number = ${kind}`,
          ...(version === undefined ? [] : [sql`${row}.extra = ${version}`]),
        ])
    }
    case 'uri':
      return row => uriMatch(row, node)
    case 'date':
      return row => dateMatch(row, node)
    case 'number':
      return row => numberMatch(row, node)
    case 'quantity': {
      const units = unitsOf(node)
      return row => (units ? sql`${numberMatch(row, node)} AND ${row}.number IN (${units})` : numberMatch(row, node))
    }
  }
}

function stringMatch(
  row: Fragment,
  mode: 'starts' | 'contains' | 'exact' | 'equals' | 'ends',
  value: string,
): Fragment {
  switch (mode) {
    case 'exact':
      return sql`${row}.extra = ${value}`
    case 'equals':
      return sql`${row}.text = ${value}`
    case 'contains':
      return sql`instr(${row}.text, ${value}) > 0`
    case 'ends':
      return sql`substr(${row}.text, -length(${value})) = ${value}`
    case 'starts':
      return startsWith(raw(`${row.text}.text`), value)
  }
}

function uriMatch(row: Fragment, { mode, value }: UriNode): Fragment {
  if (mode === 'exact') return sql`${row}.text = ${value}`
  if (mode === 'below') return belowUri(raw(`${row.text}.text`), value)
  return sql`${row}.text IN (SELECT value FROM json_each(${JSON.stringify(basesOf(value))}))`
}
