/** While others write, a resource that stays as it is comes on one page and on one only. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE_URL, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
})

afterAll(() => world.close())

const SORTS = ['', '_sort=birthdate', '_sort=-birthdate', '_sort=-_lastUpdated', '_sort=family,-birthdate', '_sort=_id']

interface Write {
  readonly kind: 'change' | 'delete' | 'create'
  readonly index: number
  readonly year: number
}

const scenario = fc.record({
  people: fc.array(fc.record({ year: fc.integer({ min: 1, max: 5 }), stays: fc.boolean(), isPatient: fc.boolean() }), {
    minLength: 3,
    maxLength: 14,
  }),
  sort: fc.constantFrom(...SORTS),
  count: fc.integer({ min: 1, max: 4 }),
  several: fc.boolean(),
  writes: fc.array(
    fc.array(
      fc.record<Write>({
        kind: fc.constantFrom('change', 'delete', 'create'),
        index: fc.nat(20),
        year: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 3 },
    ),
    { maxLength: 8 },
  ),
})

const put = (type: string, id: string, tag: string, year: number) => {
  const family = year % 2 === 0 ? [{ family: 'Even' }] : undefined
  const name = family && { name: family }
  const body = { resourceType: type, id, meta: { tag: [{ code: tag }] }, birthDate: `200${year}-01-01`, ...name }
  return world.send(`PUT /${type}/${id}`, { body })
}

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly { readonly resource: { readonly resourceType: string; readonly id: string } }[]
}

async function pageAt(url: string): Promise<Page> {
  const { status, body } = await world.send(`GET ${url}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as Page
}

test('no page skips what stays, and none repeats it', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(scenario, async ({ people, sort, count, several, writes }) => {
      const tag = `run-${++runs}`
      const all = people.map(({ isPatient, ...person }, index) => ({
        ...person,
        type: several && !isPatient ? 'Person' : 'Patient',
        id: `${tag}-${index}`,
      }))
      for (const { type, id, year } of all) await put(type, id, tag, year)
      const types = several ? '/?_type=Patient,Person&' : '/Patient?'
      const [parameter, keys] = sort.split('=')
      // A Person has no family.
      const order = parameter === '' || (several && keys?.includes('family')) ? '' : `&${sort}`
      const seen: string[] = []
      let next: string | undefined = `${types}_tag=${tag}&_count=${count}${order}`
      for (let page = 0; next !== undefined; page++) {
        const { link, entry = [] } = await pageAt(next)
        seen.push(...entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`))
        for (const { kind, index, year } of writes[page] ?? []) {
          const target = all[index % all.length]
          world.clock.advance(1000)
          if (kind === 'create') await put('Patient', `${tag}-new-${page}-${index}`, tag, year)
          else if (target && !target.stays && kind === 'change') await put(target.type, target.id, tag, year)
          else if (target && !target.stays) await world.send(`DELETE /${target.type}/${target.id}`)
        }
        next = link.find(({ relation }) => relation === 'next')?.url.slice(BASE_URL.length)
        expect(page).toBeLessThan(100)
      }
      const staying = all.filter(({ stays }) => stays).map(({ type, id }) => `${type}/${id}`)
      expect(seen.filter(one => staying.includes(one)).toSorted()).toEqual(staying.toSorted())
    }),
    { numRuns: 120 },
  )
})

test('a link is of its tenant, of its search, as it was made, and for a day', async () => {
  for (const id of ['x1', 'x2']) await put('Patient', id, 'linked', 1)
  const { link } = await pageAt('/Patient?_tag=linked&_count=1')
  const next = link.find(({ relation }) => relation === 'next')?.url.slice(BASE_URL.length) ?? ''
  expect(link.map(({ relation }) => relation)).toEqual(['self', 'first', 'next'])
  const refusal = { status: 400, body: { issue: [{ code: 'value', expression: ['_cursor'] }] } }
  expect(await world.send(`GET ${next.slice(0, -1)}`)).toMatchObject(refusal)
  expect(await world.send(`GET ${next.replace('_tag=linked', '_tag=other')}`)).toMatchObject(refusal)
  expect(await world.send(`GET ${next.replace('/Patient', '/Person')}`)).toMatchObject(refusal)
  expect(await world.send(`GET ${next}`)).toMatchObject({ status: 200 })
  world.clock.advance(24 * 60 * 60 * 1000)
  expect(await world.send(`GET ${next}`)).toMatchObject({ status: 200 })
  world.clock.advance(1)
  expect(await world.send(`GET ${next}`)).toMatchObject({
    status: 410,
    body: { issue: [{ diagnostics: 'The page link has expired: start again at the first page.' }] },
  })
})
