/** How clients write searches: R4 search.html#errors, #uri, #text, #summary, and forms that they carry over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_URL, openRestWorld, outcome, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

const RESOURCES: Readonly<Record<string, object>> = {
  'Patient/ann': {
    meta: { profile: [`${BASE_URL}/StructureDefinition/own|1`] },
    name: [{ family: 'Shaw', given: ['Ann'] }],
    gender: 'female',
  },
  'Patient/gone': { active: true },
  'ValueSet/one': { url: 'http://a.org/vs', version: 'R1', status: 'active' },
  'ValueSet/two': { url: 'http://a.org/vs', version: '2', status: 'active' },
  'ValueSet/bar': { url: 'http://a.org/vs|2', status: 'active' },
  'Patient/bob': { name: [{ family: 'Berg', given: ['Bob'] }], gender: 'male' },
}

beforeAll(async () => {
  world = await openRestWorld()
  for (const [address, content] of Object.entries(RESOURCES)) {
    const [resourceType, id] = address.split('/')
    const { status, body } = await world.send(`PUT /${address}`, { body: { resourceType, id, ...content } })
    expect({ status, body }).toMatchObject({ status: 201 })
  }
})

afterAll(() => world.close())

interface Bundle {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly issue?: readonly object[] }
    readonly search: { readonly mode: string }
  }[]
}

async function found(line: string, parts: Parameters<RestWorld['send']>[1] = {}) {
  const { status, body } = await world.send(line, parts)
  expect({ status, body }).toMatchObject({ status: 200 })
  const { link, entry = [] } = body as Bundle
  const matches = entry.filter(({ search }) => search.mode === 'match')
  return {
    self: link[0]?.url.slice(BASE_URL.length),
    ids: matches.map(({ resource }) => resource.id).toSorted(),
    issues: entry.flatMap(({ resource }) => resource.issue ?? []),
  }
}

const ignored = (name: string) => ({
  severity: 'warning',
  code: 'value',
  diagnostics: `Parameter '${name}' has no value; it was ignored`,
  expression: [name],
})

describe('parameters without a value', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each<[string, string, readonly string[]]>([
    ['/Patient?name=&gender=male', '/Patient?gender=male', ['name']],
    ['/Patient?gender=male&birthdate', '/Patient?gender=male', ['birthdate']],
    ['/Patient?gender=male&_sort=&_count=&_include=', '/Patient?gender=male', ['_sort', '_count', '_include']],
    ['/Patient?gender=male&_filter=&_text=&_list=', '/Patient?gender=male', ['_filter', '_text', '_list']],
    ['/?_type=Patient&gender=male&_elements=', '?_type=Patient&gender=male', ['_elements']],
    ['/?_type=&_id=bob', '?_id=bob', ['_type']],
  ])('%s: they are ignored, and the answer says so', async (search, self, names) => {
    expect(await found(`GET ${search}`)).toEqual({ self, ids: ['bob'], issues: names.map(ignored) })
  })

  test('so it is with forms and in Bundles', async () => {
    const posted = await found('POST /Patient/_search', { headers: form, body: 'gender=male&name=' })
    expect(posted).toEqual({ self: '/Patient?gender=male', ids: ['bob'], issues: [ignored('name')] })
    const entry = [{ request: { method: 'GET', url: 'Patient?gender=male&name=' } }]
    expect(await world.send('POST /', { body: { resourceType: 'Bundle', type: 'batch', entry } })).toMatchObject({
      body: { entry: [{ resource: { entry: [{ resource: { id: 'bob' } }, { search: { mode: 'outcome' } }] } }] },
    })
  })

  test('they are refused where the client is strict, and where a write depends on them', async () => {
    const refusal = outcome('value', "Parameter 'name' has no value", 'name')
    const strict = await world.send('GET /Patient?name=&gender=male', { headers: { prefer: 'handling=strict' } })
    expect([strict.status, strict.body]).toEqual([400, refusal])
    const removed = await world.send('DELETE /Patient?name=&gender=male')
    expect([removed.status, removed.body]).toEqual([400, refusal])
    const headers = { 'if-none-exist': 'name=' }
    const created = await world.send('POST /Patient', { headers, body: { resourceType: 'Patient' } })
    expect([created.status, created.body]).toEqual([400, refusal])
    expect(await found('GET /Patient')).toMatchObject({ ids: ['ann', 'bob', 'gone'] })
  })
})

describe('canonical URLs', () => {
  test.each<[string, readonly string[]]>([
    ['ValueSet?url=http://a.org/vs', ['one', 'two']],
    ['ValueSet?url=http://a.org/vs|r1', ['one']],
    ['ValueSet?url=http://a.org/vs|2', ['bar', 'two']],
    ['ValueSet?url=http://a.org/vs\\|2', ['bar']],
    ['ValueSet?url=http://a.org/vs|3', []],
    ['ValueSet?url=http://a.org/vs|', []],
    ['ValueSet?url=http://a.org/vs|3,http://a.org/vs|R1', ['one']],
    ['ValueSet?_filter=url eq "http://a.org/vs|2"', ['bar', 'two']],
    [`Patient?_profile=${BASE_URL}/StructureDefinition/own`, ['ann']],
    ['Patient?_profile=StructureDefinition/own', ['ann']],
    ['Patient?_profile=StructureDefinition/own|1', ['ann']],
    ['Patient?_profile=StructureDefinition/own|2', []],
    ['Patient?_profile=StructureDefinition/ow', []],
  ])('%s', async (search, ids) => {
    expect(await found(`GET /${encodeURI(search)}`)).toMatchObject({ ids })
  })
})

test('what no type of a search of all types has is told once', async () => {
  const answer = await found('GET /?_id=ann&nope=x&_sort=', { headers: { prefer: 'handling=lenient' } })
  const warning = {
    severity: 'warning',
    code: 'not-supported',
    diagnostics: "Account has no search parameter 'nope' (near: 'name', 'type'); it was ignored",
    expression: ['nope'],
  }
  expect(answer).toEqual({ self: '?_id=ann', ids: ['ann'], issues: [warning, ignored('_sort')] })
})

test.each(['http://hl7.org/fhir/special-values', 'http://terminology.hl7.org/CodeSystem/special-values'])(
  'true may be written with the system %s',
  async system => {
    expect(await found(`GET /Patient?active=${system}|true`)).toMatchObject({ ids: ['gone'] })
  },
)

test.each<[string, string, string]>([
  [
    'Patient?_has=Observation:patient:code=x',
    '_has',
    "Parameter '_has': it is not of the form _has:Type:reference:parameter",
  ],
  [
    'Observation?subject:Patient._has:Observation=x',
    'subject:Patient._has:Observation',
    "Parameter 'subject:Patient._has:Observation': it is not of the form _has:Type:reference:parameter",
  ],
  [
    'Observation?_include=Observation:subject,Observation:encounter',
    '_include',
    "Parameter '_include': 'Observation:subject,Observation:encounter' is a list, and it takes one; repeat it for each",
  ],
  [
    'Patient?_summary=text&_revinclude=Observation:subject',
    '_summary',
    "Parameter '_summary': 'text' can't be mixed with _revinclude",
  ],
])('%s is refused', async (search, name, diagnostics) => {
  const { status, body } = await world.send(`GET /${search}`)
  expect([status, body]).toEqual([400, outcome('value', diagnostics, name)])
})
