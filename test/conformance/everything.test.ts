/** $everything of a patient and of an encounter. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALLOW_ALL } from '#service/index.ts'
import { openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const PATIENT = { reference: 'Patient/a' }
const RESOURCES = [
  { resourceType: 'Practitioner', id: 'p' },
  { resourceType: 'Organization', id: 'o', name: 'Clinic' },
  { resourceType: 'Patient', id: 'a', managingOrganization: { reference: 'Organization/o' } },
  { resourceType: 'Patient', id: 'b' },
  { resourceType: 'Encounter', id: 'e', status: 'finished', class: { code: 'AMB' }, subject: PATIENT },
  ...['1', '2', '3'].map(id => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: PATIENT,
    performer: [{ reference: 'Practitioner/p' }],
    ...(id === '1' && { encounter: { reference: 'Encounter/e' } }),
  })),
  {
    resourceType: 'Observation',
    id: 'other',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/b' },
  },
]

beforeAll(async () => {
  world = await openRestWorld()
  for (const resource of RESOURCES) await world.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
})

afterAll(() => world.close())

interface Page {
  readonly type: string
  readonly entry?: readonly {
    readonly resource: { resourceType: string; id: string }
    readonly search: { mode: string }
  }[]
  readonly link: readonly { readonly relation: string; readonly url: string }[]
}

const named = ({ entry = [] }: Page) =>
  entry.map(({ resource, search }) => `${search.mode} ${resource.resourceType}/${resource.id}`)

const ask = async (line: string, its: RestWorld = world) => (await its.send(line)).body as Page

const nextOf = ({ link }: Page) => link.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir/, '')

test('it is the compartment, and what its resources refer to outside of it', async () => {
  const page = await ask('GET /Patient/a/$everything')
  expect(page.type).toBe('searchset')
  expect(named(page).sort()).toEqual([
    'include Organization/o',
    'include Practitioner/p',
    'match Encounter/e',
    'match Observation/1',
    'match Observation/2',
    'match Observation/3',
    'match Patient/a',
  ])
  expect(page.link).toEqual([
    { relation: 'self', url: 'http://localhost:8080/fhir/Patient/a/$everything' },
    { relation: 'first', url: 'http://localhost:8080/fhir/Patient/a/$everything' },
  ])
  expect(named(await ask('GET /Encounter/e/$everything')).sort()).toEqual([
    'include Patient/a',
    'include Practitioner/p',
    'match Encounter/e',
    'match Observation/1',
  ])
})

test('pages hold each match once', async () => {
  const seen: string[] = []
  let line: string | undefined = '/Patient/a/$everything?_count=2'
  while (line) {
    const page = await ask(`GET ${line}`)
    expect(named(page).filter(each => each.startsWith('match')).length).toBeLessThanOrEqual(2)
    seen.push(...named(page).filter(each => each.startsWith('match')))
    line = nextOf(page)
  }
  expect(seen.sort()).toEqual([
    'match Encounter/e',
    'match Observation/1',
    'match Observation/2',
    'match Observation/3',
    'match Patient/a',
  ])
})

/** Pages of the type's `$everything`, without what they refer to. */
async function pagesOf(line: string, its: RestWorld = world): Promise<string[][]> {
  const pages: string[][] = []
  for (let next: string | undefined = line; next; ) {
    const page = await ask(`GET ${next}`, its)
    pages.push(named(page).flatMap(each => (each.startsWith('match') ? each.slice('match '.length) : [])))
    next = nextOf(page)
  }
  return pages
}

test('of the type: one patient after the other, each with the whole compartment', async () => {
  const many = await openRestWorld()
  const subject = (id: string) => ({ subject: { reference: `Patient/${id}` } })
  const observation = (id: string, of: string) => ({
    ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, ...subject(of) },
    performer: [{ reference: 'Practitioner/p' }],
  })
  const patients = Array.from({ length: 12 }, (_, index) => `patient-${index}`)
  await many.send('PUT /Practitioner/p', { body: { resourceType: 'Practitioner', id: 'p' } })
  for (const id of patients) await many.send(`PUT /Patient/${id}`, { body: { resourceType: 'Patient', id } })
  for (const id of ['1', '2', '3', '4', '5'])
    for (const of of ['patient-0', 'patient-1'])
      await many.send(`PUT /Observation/${of}-${id}`, { body: observation(`${of}-${id}`, of) })
  for (const count of [1, 3, 4, 100]) {
    const pages = await pagesOf(`/Patient/$everything?_count=${count}`, many)
    expect(pages.filter(page => page.length > count)).toEqual([])
    const seen = pages.flat()
    expect(seen.length).toBe(22)
    expect(new Set(seen).size).toBe(22)
    // Whose each resource is: a patient that has been left does not come again.
    const owners = seen.map(name => /patient-\d+/.exec(name)?.[0] ?? '')
    const turns = owners.filter((owner, index) => owner !== owners[index - 1])
    expect(turns.toSorted()).toEqual(patients.toSorted())
  }
  const first = await ask('GET /Patient/$everything?_count=100', many)
  expect(named(first).filter(each => each.startsWith('include'))).toEqual(['include Practitioner/p'])
  expect(first.link[0]).toEqual({
    relation: 'self',
    url: 'http://localhost:8080/fhir/Patient/$everything?_count=100',
  })
  const observations = await pagesOf('/Patient/$everything?_type=Observation', many)
  expect(observations.flat().length).toBe(10)
  many.clock.advance(60_000)
  await many.send('PUT /Observation/patient-1-3', {
    body: { ...observation('patient-1-3', 'patient-1'), status: 'amended' },
  })
  await many.send('PUT /Patient/patient-11', {
    body: { resourceType: 'Patient', id: 'patient-11', active: true },
  })
  const since = '/Patient/$everything?_since=2024-02-29T12:00:30Z'
  expect((await pagesOf(since, many)).flat()).toEqual(['Observation/patient-1-3', 'Patient/patient-11'])
  await many.close()
})

test('_type and _since restrict it, in a URL and in Parameters', async () => {
  const types = ['match Observation/1', 'match Observation/2', 'match Observation/3']
  expect(named(await ask('GET /Patient/a/$everything?_type=Observation'))).toEqual(types)
  const parameter = [
    { name: '_type', valueCode: 'Observation' },
    { name: '_count', valuePositiveInt: 2 },
  ]
  const posted = (await world.send('POST /Patient/a/$everything', {
    body: { resourceType: 'Parameters', parameter },
  })) as { body: Page }
  expect(named(posted.body)).toEqual(types.slice(0, 2))
  expect(named(await ask(`GET ${nextOf(posted.body)}`))).toEqual(types.slice(2))
  world.clock.advance(60_000)
  await world.send('PUT /Observation/2', { body: { ...RESOURCES.find(({ id }) => id === '2'), status: 'amended' } })
  expect(named(await ask('GET /Patient/a/$everything?_since=2024-02-29T12:00:30Z'))).toEqual([
    'match Observation/2',
    'include Practitioner/p',
  ])
})

test.each([
  ['GET /Patient/none/$everything', refused(404, 'not-found', 'There is no Patient/none')],
  [
    'GET /Encounter/e/$everything?start=2024',
    refused(400, 'not-supported', '$everything has no parameter "start"', 'start'),
  ],
  [
    'GET /Patient/a/$everything?_type=Nothing',
    refused(400, 'value', "Parameter '_type': 'Nothing' is no resource type", '_type'),
  ],
  [
    'GET /Encounter/$everything',
    refused(
      404,
      'not-supported',
      'The operation $everything is not offered at this address, but at /Patient/$everything, ' +
        '/Patient/[id]/$everything, /Encounter/[id]/$everything',
    ),
  ],
  [
    'GET /Patient/$everything?_cursor=other',
    refused(400, 'value', 'This is not a page cursor of this server: follow the links of the pages before.', '_cursor'),
  ],
])('%s is refused', async (line, answer) => {
  expect(await world.send(line)).toEqual(answer)
})

test('what the policy hides is not there', async () => {
  const restricted = await openRestWorld({
    policy: {
      ...ALLOW_ALL,
      visible: (_call, type) =>
        type === 'Practitioner' || type === 'Encounter' ? { kind: 'nothing' } : { kind: 'everything' },
    },
  })
  for (const resource of RESOURCES.filter(({ resourceType }) => !['Practitioner', 'Encounter'].includes(resourceType)))
    await restricted.send(`PUT /${resource.resourceType}/${resource.id}`, { body: resource })
  const page = await ask('GET /Patient/a/$everything', restricted)
  expect(named(page).filter(each => /Practitioner|Encounter/.test(each))).toEqual([])
  expect((await restricted.send('GET /Encounter/e/$everything')).status).toBe(404)
  await restricted.close()
})

test('start and end choose by the time of care, and keep what has none', async () => {
  const dated = await openRestWorld()
  const care = (resourceType: string, id: string, more: object) =>
    dated.send(`PUT /${resourceType}/${id}`, { body: { resourceType, id, ...more } })
  const observation = (effective: object) => ({ status: 'final', code: { text: 'x' }, subject: PATIENT, ...effective })
  for (const id of ['early', 'late']) await care('Practitioner', id, {})
  await care('Patient', 'a', { birthDate: '1950-01-01' })
  const by = (id: string) => ({ performer: [{ reference: `Practitioner/${id}` }] })
  await care('Observation', 'before', observation({ effectiveDateTime: '2019-12-31', ...by('early') }))
  await care('Observation', 'within', observation({ effectiveDateTime: '2020-06', ...by('late') }))
  await care('Observation', 'last', observation({ effectiveDateTime: '2020-12-31T23:59:59Z' }))
  await care('Observation', 'undated', observation({}))
  await care('Encounter', 'open', {
    ...{ status: 'in-progress', class: { code: 'AMB' }, subject: PATIENT, period: { start: '2018-01-01' } },
  })
  await care('Condition', 'chronic', { subject: PATIENT, onsetDateTime: '2001' })
  const always = ['match Condition/chronic', 'match Observation/undated', 'match Patient/a']
  const of = async (query: string) => named(await ask(`GET /Patient/a/$everything?${query}`, dated)).sort()
  expect(await of('start=2020-01-01&end=2020-12-31')).toEqual(
    [
      ...always,
      ...['match Encounter/open', 'match Observation/last', 'match Observation/within', 'include Practitioner/late'],
    ].sort(),
  )
  expect(await of('end=2019')).toEqual(
    [...always, 'match Encounter/open', 'match Observation/before', 'include Practitioner/early'].sort(),
  )
  expect(await of('start=2021')).toEqual([...always, 'match Encounter/open'].sort())
  const page = await ask('GET /Patient/a/$everything?start=2020-01-01&end=2020-12-31&_count=2', dated)
  expect(nextOf(page)).toMatch(/^\/Patient\/a\/\$everything\?start=2020-01-01&end=2020-12-31&_count=2&_cursor=/)
  expect(await dated.send('GET /Patient/a/$everything?start=june')).toMatchObject({
    status: 400,
    body: { issue: [{ expression: ['start'] }] },
  })
  expect(await dated.send('GET /Encounter/open/$everything?start=2020')).toMatchObject({ status: 400 })
  await dated.close()
})
