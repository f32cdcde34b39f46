/** Text of any length, with all that patterns and keywords might trip over, is found as `evaluate` finds it. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenSearchIndex } from '#adapters/opensearch/index.ts'
import { tenantOf } from '#service/call.ts'
import type { Node, ScopedQuery } from '#service/search/ast.ts'
import type { IndexDocument, IndexValue } from '#service/search/document.ts'
import { evaluate, NO_LOOKUP } from '#service/search/evaluate.ts'
import { documentOf } from '#test/contract/changes.ts'
import { type OpenSearchWorld, openSearchWorld } from '#test/support/opensearch-world.ts'
import { searchParameter } from '#test/support/search-parameter.ts'

const DOCUMENTS = 12
const SEARCHES = 40

let world: OpenSearchWorld
let index: OpenSearchIndex

beforeAll(async () => {
  world = await openSearchWorld()
  index = world.index()
})

afterAll(() => world.close())

const letter = fc.constantFrom(
  'a',
  'b',
  'a',
  'b',
  '/',
  '|',
  '\\',
  '*',
  '?',
  '"',
  '😀',
  '\ufffd',
  '\ufdd0',
  ':',
  '#',
  '.',
)
const short = fc.array(letter, { maxLength: 6 }).map(letters => letters.join(''))
const long = fc
  .array(fc.tuple(fc.constantFrom('ab', '/b', '😀', 'a'), fc.integer({ min: 50, max: 6000 })), { maxLength: 3 })
  .map(parts => parts.map(([unit, count]) => unit.repeat(count)).join(''))
const text = fc.oneof(
  { weight: 4, arbitrary: short },
  { weight: 1, arbitrary: fc.tuple(short, long, short).map(parts => parts.join('')) },
)

const text3 = fc.array(text, { minLength: 1, maxLength: 3 })

/** The first character and the rest: half a pair of surrogates is no text. */
const headOf = (text: string): string => [...text].slice(0, 1).join('')
const tailOf = (text: string): string => [...text].slice(1).join('')

const documents = fc.array(text3, { minLength: DOCUMENTS, maxLength: DOCUMENTS }).map(all =>
  all.map((texts, position) =>
    documentOf('ActivityDefinition', String(position), {
      title: texts.map((value): IndexValue => ({ kind: 'string', value, normalized: value })),
      name: [{ kind: 'string', value: 'ab', normalized: 'ab' }],
      url: texts.map((value): IndexValue => ({ kind: 'uri', value })),
      topic: texts.map((value): IndexValue => ({ kind: 'token', system: headOf(value), code: tailOf(value) })),
      'derived-from': texts.map(
        (url): IndexValue => ({
          kind: 'reference',
          type: undefined,
          id: undefined,
          url,
          version: headOf(url) || undefined,
        }),
      ),
    }),
  ),
)

const parameter = (code: string) => searchParameter('ActivityDefinition', code)

/** Parts of what is there, and what nearly is. */
function nodesFor(all: readonly IndexDocument[]): fc.Arbitrary<Node> {
  const texts = all.flatMap(({ entries }) =>
    entries.flatMap(({ values }) => values.flatMap(value => (value.kind === 'uri' ? [value.value] : []))),
  )
  const part = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(), fc.oneof(fc.constant(''), short))
    .map(([whole, from, length, more]) => {
      const points = [...whole]
      const start = from % 3 === 0 ? 0 : from % (points.length + 1)
      return points.slice(start, start + (length % 2 === 0 ? length % 9 : length % (points.length + 1))).join('') + more
    })
  const whole = fc.tuple(fc.constantFrom(...texts), fc.constantFrom('', '', 'x')).map(parts => parts.join(''))
  const sought = fc.oneof(part, whole)
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('starts', 'exact'), sought)
      .map(([mode, value]): Node => ({ kind: 'string', parameter: parameter('title'), mode: mode as 'starts', value })),
    part
      .map(value => ({ kind: 'string', parameter: parameter('title'), mode: 'contains', value }) as const)
      .filter(({ value }) => value.length <= ALWAYS_SOUGHT),
    fc
      .tuple(fc.constantFrom('exact', 'below', 'above'), sought)
      .map(([mode, value]): Node => ({ kind: 'uri', parameter: parameter('url'), mode: mode as 'below', value })),
    fc.tuple(sought, fc.constantFrom('all', 'system', 'code')).map(([value, form]): Node => {
      const system = form === 'code' ? undefined : headOf(value)
      const code = form === 'system' ? undefined : tailOf(value)
      return { kind: 'token', parameter: parameter('topic'), system, code }
    }),
    fc.tuple(sought, fc.boolean()).map(
      ([url, versioned]): Node => ({
        kind: 'reference',
        parameter: parameter('derived-from'),
        type: undefined,
        id: undefined,
        url,
        version: versioned ? headOf(url) || undefined : undefined,
      }),
    ),
  )
}

const scenario = documents.chain(all =>
  fc.record({
    all: fc.constant(all),
    nodes: fc.array(nodesFor(all), { minLength: SEARCHES, maxLength: SEARCHES }),
  }),
)

/** The engine's work grows with the square of how a part repeats itself: 380 times `a` it refuses, too costly. */
const ALWAYS_SOUGHT = 120

const soon = () => Date.now() + 60_000

test('finds text as evaluate does', { timeout: 300_000 }, async () => {
  let tenants = 0
  const property = fc.asyncProperty(scenario, async ({ all, nodes }) => {
    const tenant = tenantOf(`text-${++tenants}`)
    expect(await world.writer.write(tenant, all, soon())).toEqual([])
    await world.writer.refresh(soon())
    await Promise.all(
      nodes.map(async where => {
        const query = { type: 'ActivityDefinition', where } as ScopedQuery
        const page = await index.search(tenant, { query, sort: [], count: 20, total: 'none', deadline: soon() })
        const expected = all.filter(document => evaluate(where, document, NO_LOOKUP)).map(({ id }) => id)
        const ids = page.hits.map(({ id }) => id)
        if (!isDeepStrictEqual(ids, expected.sort())) throw new Error(JSON.stringify({ where, ids, expected }))
      }),
    )
  })
  await fc.assert(property, { numRuns: 40 })
})
