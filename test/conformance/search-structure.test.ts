/** How criteria are put together, under a policy that hides, and explained. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccessPolicy } from '#service/index.ts'
import { openRestWorld, outcome, type RestWorld } from '#test/support/rest-world.ts'
import { fillSearchWorld, includedOf, inOrderOf, matchesOf, searchStructureSuite } from './search-structure.suite.ts'

let world: RestWorld
let hidden: ReadonlySet<string> = new Set()
let mayExplain = true

/** Everything is visible until a test hides some types. */
const policy: AccessPolicy = {
  permits: () => true,
  visible: (_call, type) => ({ kind: hidden.has(type) ? 'nothing' : 'everything' }),
  explains: () => mayExplain,
}

describe('embedded', () => searchStructureSuite(openRestWorld))

beforeAll(async () => {
  world = await openRestWorld({ policy })
  await fillSearchWorld(world)
})

afterAll(() => world.close())

test('nothing is sorted by what is hidden', async () => {
  hidden = new Set(['Patient'])
  try {
    expect(await inOrderOf(world, 'Observation?_sort=patient.birthdate,_id')).toEqual(['height', 'panel', 'weight'])
    expect(await inOrderOf(world, 'Observation?_sort=-patient.birthdate,_id')).toEqual(['height', 'panel', 'weight'])
  } finally {
    hidden = new Set()
  }
})

test('what a policy hides is in no join, list, text or include', async () => {
  hidden = new Set(['Patient', 'Questionnaire', 'List', 'Organization'])
  try {
    for (const query of [
      'Observation?patient.name=peter',
      'Observation?_filter=subject.name co pet',
      'Observation?_list=seen',
      'Organization?_text=bone',
      'Organization?_content=acme',
      'Organization?_id=acme',
    ])
      expect([query, await matchesOf(world, query)]).toEqual([query, []])
    for (const query of [
      'Observation?_id=panel,weight&_include=Observation:subject',
      'QuestionnaireResponse?_id=two&_include=QuestionnaireResponse:questionnaire',
    ])
      expect([query, await includedOf(world, query)]).toEqual([query, []])
    expect(await world.send('GET /?_type=Patient,Organization')).toMatchObject({ status: 200, body: { total: 0 } })
  } finally {
    hidden = new Set()
  }
})

test('_explain tells the tree, what the engine was asked, how it goes about it, and the time', async () => {
  const { body } = await world.send('GET /Observation?patient.name=peter&_explain=true&_sort=date')
  const { entry } = body as { entry: { resource: { issue?: { diagnostics: string }[] }; search: { mode: string } }[] }
  const issues = entry.find(({ search }) => search.mode === 'outcome')?.resource.issue ?? []
  const texts = issues.map(({ diagnostics }) => diagnostics)
  expect(texts[0]).toBe(
    'tree: {"type":"Observation","where":{"kind":"chain","parameter":"Observation.patient","query":{"type":"Patient",' +
      '"where":{"kind":"string","parameter":"Patient.name","mode":"starts","value":"peter"}}}}',
  )
  expect(texts.at(-1)).toBe('time: find and read matches 0 ms, include 0 ms')
  const engine = world.over === 'embedded' ? 'SELECT.*\nplan: ' : '(?:Patient|Observation): {'
  const told = new RegExp(`^engine: [\\d.]+ ms(?: in \\d+ times)?: ${engine}`, 's')
  expect(texts.slice(1, -1).filter(text => !told.test(text))).toEqual([])
  expect(texts.length).toBeGreaterThan(2)
  const named = await world.send('GET /Observation?_id=weight&_summary=count&_explain=true')
  expect(named.body).toMatchObject({
    total: 1,
    entry: [{ resource: { issue: [{}, { diagnostics: 'engine: not asked' }, {}] } }],
  })
})

test('_explain is for those whom the policy lets', async () => {
  mayExplain = false
  try {
    expect(await world.send('GET /Patient?_explain=true')).toMatchObject({
      status: 403,
      body: outcome('forbidden', 'The caller may not ask for _explain', '_explain'),
    })
  } finally {
    mayExplain = true
  }
})
