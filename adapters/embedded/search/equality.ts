import type { CompileContext } from './compile-context.ts'
import type { Condition, Equality } from './condition.ts'
import { raw, sql } from './fragment.ts'
import { byKey } from './row-condition.ts'

const COLUMNS = { token: ['code', 'system'], reference: ['target', 'target_kind'] } as const

/** Alternatives as they are, but for many values of one parameter, which become one condition. */
export function equalitiesTogether(context: CompileContext, conditions: readonly Condition[]): readonly Condition[] {
  const { mergedMax } = context.limits
  if (conditions.length <= mergedMax) return conditions
  const rest: Condition[] = []
  const groups = new Map<string, { equality: Equality; condition: Condition }[]>()
  for (const condition of conditions) {
    const { equality } = condition
    if (!equality) {
      rest.push(condition)
      continue
    }
    const name = `${equality.table} ${equality.parameter}`
    const group = groups.get(name) ?? []
    group.push({ equality, condition })
    groups.set(name, group)
  }
  for (const group of groups.values()) {
    const equalities = group.map(member => member.equality)
    if (group.length <= mergedMax) rest.push(...group.map(member => member.condition))
    else
      rest.push(
        listCondition(
          context,
          equalities[0] as Equality,
          equalities.map(({ values }) => values),
        ),
      )
  }
  return rest
}

/** Some row of the parameter has one of these pairs. */
export function listCondition(
  context: CompileContext,
  { table, parameter }: Pick<Equality, 'table' | 'parameter'>,
  pairs: readonly Equality['values'][],
): Condition {
  const [text, number] = COLUMNS[table]
  const values = JSON.stringify(pairs)
  return {
    test(key) {
      const row = context.alias()
      return sql`EXISTS (SELECT 1 FROM ${byKey(table, row)} WHERE ${row}.key = ${key} AND ${row}.parameter = ${parameter}
        AND (${row}.${raw(text)}, ${row}.${raw(number)}) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${values})))`
    },
    source() {
      const row = context.alias()
      const list = context.alias()
      const key = raw(`${row.text}.key`)
      const from = sql`json_each(${values}) ${list} CROSS JOIN ${raw(table)} ${row}`
      const where = sql`${row}.parameter = ${parameter} AND ${row}.${raw(text)} = ${list}.value ->> 0
        AND ${row}.${raw(number)} = ${list}.value ->> 1`
      return {
        from: () => from,
        where: sql`${where} AND tick(${key})`,
        key,
        order: 'none',
        unique: false,
        estimate: bound => context.reader.estimate(sql`SELECT 1 FROM ${from} WHERE ${where}`, bound),
      }
    },
  }
}
