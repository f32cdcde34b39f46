import type { SQLInputValue } from 'node:sqlite'

/** A piece of SQL with the values of its question marks. */
export interface Fragment {
  readonly text: string
  readonly values: readonly SQLInputValue[]
}

/** Values become question marks, fragments are put in place. Made some ten times for each search. */
export function sql(strings: TemplateStringsArray, ...parts: (Fragment | SQLInputValue)[]): Fragment {
  let text = strings[0] ?? ''
  const values: SQLInputValue[] = []
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? null
    if (isFragment(part)) {
      text += part.text
      for (const value of part.values) values.push(value)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[index + 1]
  }
  return { text, values }
}

/** Names of tables, columns and aliases: our own text, never a caller's. */
export const raw = (text: string): Fragment => ({ text, values: [] })

/**
 * SQLite plans by the value of `LIMIT ?`, and compiles the statement anew whenever it is bound: that takes longer than
 * most searches. What it has to work out it takes as it comes.
 */
export const limitTo = (rows: number): Fragment => sql`LIMIT 0 + ${rows}`

const isFragment = (part: Fragment | SQLInputValue): part is Fragment =>
  typeof part === 'object' && part !== null && 'text' in part

/** All of them. Nested in pairs: SQLite refuses expressions a thousand operators deep. */
export const allOf = (parts: readonly Fragment[]): Fragment => balanced(parts, 'AND', raw('1'))

export const anyOf = (parts: readonly Fragment[]): Fragment => balanced(parts, 'OR', raw('0'))

function balanced(parts: readonly Fragment[], operator: 'AND' | 'OR', empty: Fragment): Fragment {
  const [first] = parts
  if (!first) return empty
  if (parts.length === 1) return first
  // A flat list keeps the order of evaluation; SQLite parses it left-deep, so only so many.
  if (parts.length <= FLAT_MAX) return joined(parts, operator)
  const middle = parts.length >> 1
  return joined(
    [balanced(parts.slice(0, middle), operator, empty), balanced(parts.slice(middle), operator, empty)],
    operator,
  )
}

const FLAT_MAX = 16

const joined = (parts: readonly Fragment[], operator: string): Fragment => ({
  text: `(${parts.map(part => part.text).join(` ${operator} `)})`,
  values: parts.flatMap(part => part.values),
})

/** Several selects as one compound. */
export const united = (selects: readonly Fragment[], operator: 'UNION' | 'UNION ALL' | 'INTERSECT'): Fragment => ({
  text: selects.map(select => select.text).join(` ${operator} `),
  values: selects.flatMap(select => select.values),
})
