/** While others write, a resource that stays as it is comes on one page and on one only. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { invariant } from '#service/invariant.ts'
import { restCall } from '#test/support/rest-request.ts'
import { BASE_URL, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'
import { testDefinitions } from '#test/support/test-world.ts'

let world: RestWorld

/** A guest sees nothing that is labelled secret. */
beforeAll(async () => {
  const security = testDefinitions.for(restCall().tenant).searchParameters('Patient').get('_security')
  invariant(security, 'every type has _security')
  world = await openRestWorld({
    policy: {
      permits: () => true,
      visible(call, resourceType) {
        const parameter = { ...security, resourceType }
        const secret = { kind: 'token', parameter, system: 'urn:labels', code: 'secret' } as const
        return call.caller.subject === 'guest' ? { kind: 'not', node: secret } : { kind: 'everything' }
      },
    },
  })
})

afterAll(() => world.close())

/** Over engines, which take their time, fewer. */
const runsOf = ({ historyLagMs }: RestWorld): number => (historyLagMs > 0 ? 12 : 80)

/** Some thousand requests. */
const WHOLE_RUN = { timeout: 240_000 }

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

async function pageAt(url: string, call = restCall()): Promise<Page> {
  const { status, body } = await world.send(`GET ${url}`, { call })
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as Page
}

const namesOn = ({ entry = [] }: Page): string[] =>
  entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`)

const linkOf = ({ link }: Page, wanted: string): string | undefined =>
  link.find(({ relation }) => relation === wanted)?.url.slice(BASE_URL.length)

const PAGES_MAX = 200

/** The page there, and those that its links lead to. */
async function follow(url: string, relation: 'next' | 'previous', call = restCall()): Promise<Page[]> {
  const pages: Page[] = []
  let next: string | undefined = url
  while (next !== undefined) {
    const page: Page = await pageAt(next, call)
    pages.push(page)
    next = linkOf(page, relation)
    expect(pages.length).toBeLessThan(PAGES_MAX)
  }
  return pages
}

test('no page skips what stays, and none repeats it, forth and back', WHOLE_RUN, async () => {
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
      const staying = all.filter(({ stays }) => stays).map(({ type, id }) => `${type}/${id}`)
      let turns = 0
      const others = async () => {
        for (const { kind, index, year } of writes[turns++] ?? []) {
          const target = all[index % all.length]
          world.clock.advance(1000)
          if (kind === 'create') await put('Patient', `${tag}-new-${turns}-${index}`, tag, year)
          else if (target && !target.stays && kind === 'change') await put(target.type, target.id, tag, year)
          else if (target && !target.stays) await world.send(`DELETE /${target.type}/${target.id}`)
        }
      }
      let page = await pageAt(`${types}_tag=${tag}&_count=${count}${order}`)
      for (const relation of ['next', 'previous', 'next'] as const) {
        const seen = namesOn(page)
        for (let further = linkOf(page, relation); further !== undefined; further = linkOf(page, relation)) {
          await others()
          page = await pageAt(further)
          seen.push(...namesOn(page))
          expect(seen.length).toBeLessThan(PAGES_MAX)
        }
        expect(seen.filter(one => staying.includes(one)).toSorted()).toEqual(staying.toSorted())
      }
    }),
    { numRuns: runsOf(world) },
  )
})

const SEARCHES: readonly (readonly [address: string, sorts: readonly string[]])[] = [
  ['/Patient?_tag=TAG', ['', ...SORTS, 'family,birthdate,-_id']],
  ['/Patient?_tag=TAG&birthdate:missing=false', ['', '-family', 'birthdate']],
  ['/Patient?_tag=TAG&_filter=birthdate ge 2002 or not (family eq "even")', ['', 'birthdate,_id']],
  ['/Patient?_tag=TAG&_content=even', ['-_score', '_score,birthdate']],
  ['/Patient?_has:Observation:patient:_tag=TAG', ['', '-birthdate', '_lastUpdated']],
  ['/Observation?_tag=TAG&subject:Patient.birthdate=lt2004', ['', 'code', '-date', 'date,-_id']],
  [
    '/Observation?_tag=TAG',
    ['subject:Patient.birthdate', '-subject:Patient.family,date', 'date,subject:Patient.family'],
  ],
  ['/?_type=Patient,Person&_tag=TAG', ['', 'birthdate', '-birthdate,_id', '-name,birthdate', '-_lastUpdated']],
  ['/?_type=Person,Observation,Patient&_tag=TAG', ['', '_lastUpdated', '-_id']],
  ['/Patient/TAG-0/Observation?_tag=TAG', ['', 'date', '-code,date']],
  ['/Patient/TAG-0/*?_tag=TAG', ['']],
]

const SOME = fc.integer({ min: 0, max: 5 })

const shape = fc.record({
  people: fc.array(fc.record({ year: SOME, isPatient: fc.boolean(), isSecret: fc.boolean() }), {
    minLength: 2,
    maxLength: 9,
  }),
  observations: fc.array(fc.record({ subject: fc.nat(20), year: SOME, isSecret: fc.boolean() }), { maxLength: 9 }),
  search: fc
    .constantFrom(...SEARCHES)
    .chain(([address, sorts]) => fc.tuple(fc.constant(address), fc.constantFrom(...sorts))),
  count: fc.integer({ min: 1, max: 4 }),
  caller: fc.constantFrom('admin', 'guest'),
})

test('where nothing changes, the way back leads over the same pages', WHOLE_RUN, async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(shape, async ({ people, observations, search: [address, sort], count, caller }) => {
      const tag = `shape-${++runs}`
      const meta = (isSecret: boolean) => ({
        tag: [{ code: tag }],
        ...(isSecret && { security: [{ system: 'urn:labels', code: 'secret' }] }),
      })
      const birthDate = (year: number) => (year === 0 ? {} : { birthDate: `200${year}-01-01` })
      const persons = people.map(({ year, isPatient, isSecret }, index) => ({
        ...{
          resourceType: isPatient || index === 0 ? 'Patient' : 'Person',
          id: `${tag}-${index}`,
          meta: meta(isSecret),
        },
        ...birthDate(year),
        ...(year % 2 === 0 && { name: [{ family: year === 0 ? 'Zero' : 'Even' }] }),
      }))
      const patients = persons.filter(({ resourceType }) => resourceType === 'Patient')
      const measured = observations.map(({ subject, year, isSecret }, index) => ({
        ...{ resourceType: 'Observation', id: `${tag}-o${index}`, meta: meta(isSecret), status: 'final' },
        code: { coding: [{ code: `code-${year % 3}` }] },
        ...(year > 0 && { effectiveDateTime: `201${year}` }),
        subject: { reference: `Patient/${patients[subject % patients.length]?.id}` },
      }))
      const entry = [...persons, ...measured].map(resource => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      }))
      await world.send('POST /', { body: { resourceType: 'Bundle', type: 'batch', entry } })
      const call = restCall({ caller: { subject: caller } })
      const order = sort === '' ? '' : `&_sort=${sort.replace('_sort=', '')}`
      const first = `${encodeURI(address.replaceAll('TAG', tag))}&_count=${count}${order}`
      const forth = await follow(first, 'next', call)
      const names = forth.map(namesOn)
      const relations = forth.map(({ link }) => link.map(({ relation }) => relation))
      expect(relations).toEqual(
        forth.map((_page, index) => [
          'self',
          'first',
          ...(index > 0 ? ['previous'] : []),
          ...(index < forth.length - 1 ? ['next'] : []),
          ...(forth.length > 1 ? ['last'] : []),
        ]),
      )
      const end = linkOf(forth.at(-1) ?? { link: [] }, 'self') ?? ''
      const back = await follow(end, 'previous', call)
      expect(back.map(namesOn)).toEqual(names.toReversed())
      const again = await follow(linkOf(back.at(-1) ?? { link: [] }, 'self') ?? '', 'next', call)
      expect(again.map(namesOn)).toEqual(names)
      const last = linkOf(forth[0] ?? { link: [] }, 'last')
      const fromTheEnd = last === undefined ? [] : await follow(last, 'previous', call)
      expect(fromTheEnd.toReversed().flatMap(namesOn)).toEqual(last === undefined ? [] : names.flat())
    }),
    { numRuns: runsOf(world) },
  )
})

test('a link is of its tenant, of its search, as it was made, and for a day', async () => {
  for (const id of ['x1', 'x2']) await put('Patient', id, 'linked', 1)
  const { link } = await pageAt('/Patient?_tag=linked&_count=1')
  const next = link.find(({ relation }) => relation === 'next')?.url.slice(BASE_URL.length) ?? ''
  expect(link.map(({ relation }) => relation)).toEqual(['self', 'first', 'next', 'last'])
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
