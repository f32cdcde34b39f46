import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_GRAPHQL_LIMITS } from '#service/graphql/limits.ts'

const page = readFileSync(new URL('../../docs/implementation/graphql.md', import.meta.url), 'utf8')

test('docs/implementation/graphql.md tells every limit as it is', () => {
  const rows = page.split('\n').filter(line => line.startsWith('| `') && line.includes('Max`'))
  const told = rows.flatMap(row => {
    const [, names = '', values = ''] = row.split('|')
    const numbers = values.match(/\d[\d,]*\d|\d/g) ?? []
    return [...names.matchAll(/`(\w+)`/g)].map(([, name], index) => [name, Number(numbers[index]?.replaceAll(',', ''))])
  })
  expect(Object.fromEntries(told)).toEqual(DEFAULT_GRAPHQL_LIMITS)
})
