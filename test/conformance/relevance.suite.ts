/** How relevant matches are: R4 search.html#score, and #sort by `_score`. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SearchWorld } from './search-structure.suite.ts'

const TEXTS: Readonly<Record<string, string>> = {
  whole: 'Bone marrow',
  long: 'A biopsy of the bone marrow was taken from the pelvis, without complications; bone and marrow were sent in',
  short: 'Bone marrow, leg',
  other: 'Fracture of the leg',
}

interface Entry {
  readonly resource: { readonly id: string }
  readonly search: { readonly mode: string; readonly score?: number }
}

export function relevanceSuite(open: () => Promise<SearchWorld>): void {
  let world: SearchWorld

  beforeAll(async () => {
    world = await open()
    for (const [id, text] of Object.entries(TEXTS)) {
      const div = `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`
      const body = {
        ...{ resourceType: 'Condition', id, text: { status: 'generated', div } },
        subject: { reference: 'Patient/1' },
        code: { text: id },
      }
      expect([id, (await world.send(`PUT /Condition/${id}`, { body })).status]).toEqual([id, 201])
    }
  }, 60_000)

  afterAll(() => world.close())

  async function scoresOf(query: string): Promise<readonly (readonly [string, number | undefined])[]> {
    const found: [string, number | undefined][] = []
    let next: string | undefined = encodeURI(query)
    while (next !== undefined) {
      const { status, body } = await world.send(`GET /${next}`)
      expect({ status, body }).toMatchObject({ status: 200 })
      const page = body as { entry?: Entry[]; link: { relation: string; url: string }[] }
      for (const { resource, search } of page.entry ?? []) found.push([resource.id, search.score])
      next = page.link.find(({ relation }) => relation === 'next')?.url.replace(/^.*(?=Condition\?)/, '')
    }
    return found
  }

  const WHOLE = ['whole', 1] as const
  const SHORT = ['short', 0.688] as const
  const LONG = ['long', 0.104] as const

  test.each<[string, readonly unknown[]]>([
    ['Condition?_text=bone marrow&_sort=-_score', [WHOLE, SHORT, LONG]],
    ['Condition?_text=marrow bone&_sort=_score', [LONG, SHORT, WHOLE]],
    ['Condition?_text=bone marrow&_sort=-_score&_count=1', [WHOLE, SHORT, LONG]],
    ['Condition?_text=bone marrow&_sort=_score&_count=2', [LONG, SHORT, WHOLE]],
    ['Condition?_text=bone marrow&_sort=-_score&_summary=text', [WHOLE, SHORT, LONG]],
    ['Condition?_text=bone marrow&code:text=s&_sort=-_score,_id', [SHORT]],
    ['Condition?_sort=-_id', ['whole', 'short', 'other', 'long'].map(id => [id, undefined])],
  ])('%s', async (query, expected) => {
    expect(await scoresOf(query)).toEqual(expected)
  })

  test('_content is scored in all that a resource says', async () => {
    const found = await scoresOf('Condition?_content=bone marrow&_sort=-_score')
    expect(found.map(([id]) => id)).toEqual(['whole', 'short', 'long'])
    const scores = found.map(([, score]) => score ?? 0)
    expect(scores).toEqual(scores.toSorted((left, right) => right - left))
    expect(scores.every(score => score > 0 && score < 0.5)).toBe(true)
  })

  test('what is contained is scored by itself', async () => {
    const body = {
      ...{ resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'a text that is rather long' } },
      contained: [{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/1' }, code: { text: 'Odd' } }],
      focus: [{ reference: '#c' }],
    }
    expect((await world.send('PUT /Observation/o', { body })).status).toBe(201)
    const contained = 'Condition?_content=odd&_contained=true&_sort=-_score'
    const score = 3 / 'c patient/1 odd'.length
    for (const type of ['container', 'contained']) {
      const { body: page } = await world.send(`GET /${contained}&_containedType=${type}`)
      expect(page).toMatchObject({ total: 1, entry: [{ search: { mode: 'match', score } }] })
    }
  })

  test('without words there is no score to sort by', async () => {
    const { status, body } = await world.send('GET /Condition?_sort=-_score')
    expect([status, body]).toMatchObject([
      400,
      { issue: [{ diagnostics: "Parameter '_sort': only what _text or _content finds has a _score to sort by" }] },
    ])
  })
}
