/** How criteria are put together: R4 search.html#chaining, #has, #list, #content, #include, search_filter.html. */
import { afterAll, beforeAll, expect, test } from 'vitest'

export interface SearchWorld {
  /** `send('GET /Patient/1')`; the body is sent as FHIR JSON. What was written can be searched for at once. */
  send(line: string, parts?: { readonly body: object }): Promise<{ readonly status: number; readonly body: unknown }>
  close(): Promise<void>
}

const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })

const RESOURCES: readonly (readonly [string, object])[] = [
  [
    'Organization/acme',
    {
      name: 'Acme Health',
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Bone<b>marrow</b></div>' },
    },
  ],
  ['Organization/ward', { name: 'Ward 7', partOf: { reference: 'Organization/acme' } }],
  ['Practitioner/joe', { name: [{ family: 'Joe' }] }],
  [
    'Patient/peter',
    {
      name: [{ family: 'Shaw', given: ['Peter', 'James'] }],
      birthDate: '2015-03-01',
      generalPractitioner: [{ reference: 'Practitioner/joe' }],
      managingOrganization: { reference: 'Organization/ward' },
    },
  ],
  ['Patient/eve', { name: [{ family: 'Peters', given: ['Eve'] }], birthDate: '1990-01-01' }],
  [
    'Observation/weight',
    {
      status: 'final',
      code: loinc('29463-7'),
      subject: { reference: 'Patient/peter' },
      valueString: 'Great weight of evidence',
    },
  ],
  ['Observation/height', { status: 'final', code: loinc('8302-2'), subject: { reference: 'Patient/eve' } }],
  [
    'Observation/panel',
    {
      status: 'amended',
      code: loinc('85353-1'),
      subject: { reference: 'Patient/peter/_history/1' },
      hasMember: [{ reference: 'Observation/weight' }],
    },
  ],
  ['AuditEvent/audit', auditOf('Observation/weight')],
  [
    'ValueSet/vitals',
    {
      status: 'active',
      url: 'http://a.org/vitals',
      compose: { include: [{ system: 'http://loinc.org', concept: [{ code: '29463-7' }, { code: '85353-1' }] }] },
    },
  ],
  ['Questionnaire/q1', { status: 'active', url: 'http://a.org/q', version: '1' }],
  ['Questionnaire/q2', { status: 'active', url: 'http://a.org/q', version: '2' }],
  ['QuestionnaireResponse/any', { status: 'completed', questionnaire: 'http://a.org/q' }],
  ['QuestionnaireResponse/two', { status: 'completed', questionnaire: 'http://a.org/q|2' }],
  [
    'List/seen',
    {
      status: 'current',
      mode: 'working',
      entry: ['Patient/eve', 'Observation/weight'].map(reference => ({ item: { reference } })),
    },
  ],
]

function auditOf(reference: string): object {
  return {
    type: { code: 'rest' },
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ requestor: true, who: { reference: 'Practitioner/joe' } }],
    source: { observer: { display: 'here' } },
    entity: [{ what: { reference } }],
  }
}

export async function fillSearchWorld(world: SearchWorld): Promise<void> {
  for (const [address, content] of RESOURCES) {
    const [resourceType, id] = address.split('/')
    const { status } = await world.send(`PUT /${address}`, { body: { resourceType, id, ...content } })
    expect([address, status]).toEqual([address, 201])
  }
  // A second version: what names the first means the first.
  const peter = RESOURCES.find(([address]) => address === 'Patient/peter')?.[1]
  await world.send('PUT /Patient/peter', { body: { resourceType: 'Patient', id: 'peter', ...peter, active: true } })
}

interface Entry {
  readonly resource: {
    readonly resourceType: string
    readonly id: string
    readonly meta?: { readonly versionId?: string }
  }
  readonly search: { readonly mode: string }
}

async function entriesOf(world: SearchWorld, query: string): Promise<readonly Entry[]> {
  const { status, body } = await world.send(`GET /${encodeURI(query).replaceAll('+', '%2B')}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  const { total, entry = [] } = body as { total: number; entry?: readonly Entry[] }
  expect(total).toBe(entry.filter(({ search }) => search.mode === 'match').length)
  return entry
}

export const matchesOf = async (world: SearchWorld, query: string): Promise<string[]> =>
  (await entriesOf(world, query))
    .flatMap(({ search, resource }) => (search.mode === 'match' ? [resource.id] : []))
    .toSorted()

/** `Patient/peter/1`: with the version. */
export const includedOf = async (world: SearchWorld, query: string): Promise<string[]> =>
  (await entriesOf(world, query))
    .flatMap(({ search, resource }) =>
      search.mode === 'include' ? [`${resource.resourceType}/${resource.id}/${resource.meta?.versionId}`] : [],
    )
    .toSorted()

export const inOrderOf = async (world: SearchWorld, query: string): Promise<string[]> =>
  (await entriesOf(world, query)).map(({ resource }) => resource.id)

export function searchStructureSuite(open: () => Promise<SearchWorld>): void {
  let world: SearchWorld

  beforeAll(async () => {
    world = await open()
    await fillSearchWorld(world)
  }, 60_000)

  afterAll(() => world.close())

  test.each<[string, readonly string[]]>([
    ['Observation?subject:Patient.general-practitioner:Practitioner.name=joe', ['panel', 'weight']],
    ['Observation?subject:Patient.organization.partof.name=acme', ['panel', 'weight']],
    ['Observation?patient.name=peter', ['height', 'panel', 'weight']],
    ['Observation?patient.name=peter&patient.name=shaw', ['panel', 'weight']],
    ['Observation?patient.name=peter&patient.birthdate=lt2000', ['height']],
    ['Patient?_has:Observation:patient:code=29463-7', ['peter']],
    ['Patient?_has:Observation:patient:code=29463-7&_has:Observation:patient:status=amended', ['peter']],
    ['Patient?_has:Observation:patient:_has:AuditEvent:entity:agent:Practitioner.name=joe', ['peter']],
    ['Patient?_has:Observation:patient:_has:AuditEvent:entity:agent=joe', ['peter']],
    ['Organization?_has:Patient:organization:general-practitioner.name=joe', ['ward']],
    ['Organization?_has:Organization:partof:_has:Patient:organization:birthdate=2015', ['acme']],
    ['Observation?subject:Patient._has:Observation:patient:code=85353-1', ['panel', 'weight']],
    ['Patient?_list=seen', ['eve']],
    ['Observation?_list=none,seen', ['weight']],
    ['Patient?_list=none', []],
    ['Organization?_text=bone', ['acme']],
    ['Organization?_text=MARROW bone', ['acme']],
    ['Organization?_text=bone leg', []],
    ['Organization?_text=leg,marrow', ['acme']],
    ['Organization?_text=(leg OR bone) and marrow', ['acme']],
    ['Organization?_text=leg OR bone', ['acme']],
    ['Organization?_text=(leg OR bone) and knee', []],
    ['Organization?_text=marrow NOT bone', []],
    ['Organization?_content=health NOT marrow', []],
    ['Organization?_content=(acme OR ward) NOT bone', ['ward']],
    ['Organization?_text=acme', []],
    ['Organization?_content=acme', ['acme', 'ward']],
    ['Organization?_content=acme health', ['acme']],
    ['Observation?_content=evidence&status=final', ['weight']],
    ['Patient?_filter=name co "pet"', ['eve', 'peter']],
    ['Patient?_filter=given eq "peter" and birthdate ge 2014-10-10', ['peter']],
    ['Patient?_filter=given eq "pete"', []],
    ['Patient?_filter=family ew ters', ['eve']],
    ['Patient?_filter=given ne peter', ['eve', 'peter']],
    ['Patient?_filter=not (given eq peter)', ['eve']],
    ['Patient?_filter=general-practitioner pr false', ['eve']],
    ['Patient?_filter=birthdate po 2015', ['peter']],
    ['Observation?_filter=code eq http://loinc.org|8302-2', ['height']],
    ['Observation?_filter=code ne http://loinc.org|8302-2 and status ne amended', ['weight']],
    ['Observation?_filter=subject.name co "shaw"', ['panel', 'weight']],
    ['Observation?_filter=subject:Patient[birthdate gt 2000].name co "pet"', ['panel', 'weight']],
    ['Observation?_filter=subject re Patient/eve or status eq amended', ['height', 'panel']],
    ['Observation?_filter=has-member.code eq 29463-7', ['panel']],
    ['Patient?_filter=_has:Observation:patient:code eq 8302-2', ['eve']],
    ['Observation?_filter=status eq final and (code eq 29463-7 or code eq 85353-1)', ['weight']],
    ['Observation?_filter=status eq final&_filter=code eq 29463-7', ['weight']],
    ['Observation?_filter=code in http://a.org/vitals', ['panel', 'weight']],
    ['Observation?_filter=code ni http://a.org/vitals', ['height']],
    ['AuditEvent?_filter=type eq rest and agent.name co joe', ['audit']],
  ])('%s', async (query, ids) => {
    expect(await matchesOf(world, query)).toEqual(ids)
  })

  test.each<[string, readonly string[]]>([
    ['Observation?_id=weight&_include=Observation:subject', ['Patient/peter/2']],
    ['Observation?_id=panel&_include=Observation:subject', ['Patient/peter/1']],
    [
      'Observation?_id=panel,weight&_include=Observation:patient&_include=Observation:subject:Patient',
      ['Patient/peter/1', 'Patient/peter/2'],
    ],
    ['Observation?_id=weight&_include=Observation:subject:Group', []],
    ['Observation?_id=weight&_include=*', ['Patient/peter/2']],
    [
      'Observation?_id=weight&_include=Observation:*&_include:iterate=Patient:*&_include:iterate=Organization:partof',
      ['Organization/acme/1', 'Organization/ward/1', 'Patient/peter/2', 'Practitioner/joe/1'],
    ],
    ['Observation?_id=panel,weight&_include=Observation:has-member', []],
    ['QuestionnaireResponse?_id=any&_include=QuestionnaireResponse:questionnaire', ['Questionnaire/q2/1']],
    ['QuestionnaireResponse?_id=any,two&_include=QuestionnaireResponse:questionnaire', ['Questionnaire/q2/1']],
    ['QuestionnaireResponse?_id=two&_include=QuestionnaireResponse:questionnaire', ['Questionnaire/q2/1']],
    [
      'Questionnaire?_id=q1&_revinclude=QuestionnaireResponse:questionnaire',
      ['QuestionnaireResponse/any/1', 'QuestionnaireResponse/two/1'],
    ],
    [
      'Patient?_id=peter&_revinclude=Observation:subject&_revinclude:iterate=AuditEvent:entity',
      ['AuditEvent/audit/1', 'Observation/panel/1', 'Observation/weight/1'],
    ],
    ['Patient?_id=peter&_revinclude=List:item', []],
    ['Patient?_id=eve&_revinclude=List:*', ['List/seen/1']],
  ])('%s', async (query, expected) => {
    expect(await includedOf(world, query)).toEqual(expected)
  })

  test.each<[string, readonly string[]]>([
    ['Observation?_sort=patient.birthdate,_id', ['height', 'panel', 'weight']],
    ['Observation?_sort=-subject:Patient.birthdate,_id', ['panel', 'weight', 'height']],
    ['Observation?_sort=subject:Patient.family,-_id', ['height', 'weight', 'panel']],
    ['Patient?_sort=organization.name,_id', ['peter', 'eve']],
    ['Observation?_sort=has-member:Observation.status,_id', ['panel', 'height', 'weight']],
  ])('%s', async (query, ids) => {
    expect(await inOrderOf(world, query)).toEqual(ids)
  })

  test.each<[string, number, string]>([
    ['Observation?subject:Nope.name=x', 400, "'Nope' is no resource type"],
    [
      'Observation?subject:Practitioner.name=x',
      400,
      'points to Device, Group, Location, Patient, never to Practitioner',
    ],
    ['Observation?subject:Patient.nam=x', 400, "Patient has no search parameter 'nam' (near: 'name')"],
    ['Patient?_has:Observation:patient=x', 400, 'it is not of the form _has:Type:reference:parameter'],
    ['Patient?_query=everything', 400, "Parameter '_query' names no query that this server has"],
    ['Patient?_list=$current-allergies', 400, 'this server computes no functional list'],
    ['Patient?_text=...', 400, 'expected words of letters or digits, 50 at the most'],
    ['Patient?_text:exact=a', 400, '_text takes no modifier'],
    ['Patient?_contained=all', 400, 'expected one of false, true, both'],
    ['Patient?_filter=(name eq x', 400, "_filter: expected ')' at the end"],
    ['Observation?_sort=subject.name', 400, "'subject' points to several types; name one, as in 'subject:Patient'"],
    ['Observation?_sort=subject:Practitioner.name', 400, "'subject' of Observation never points to 'Practitioner'"],
    ['Observation?_sort=status.name', 400, "'status' of Observation is a token, no reference to follow"],
    ['Observation?_sort=patient.organization.name', 400, 'leads through more than one reference'],
    ['Observation?_sort=patient.nam', 400, "Patient has no search parameter 'nam' (near: 'name')"],
    ['Patient?_type=Patient', 400, 'goes with a search of several types'],
  ])('%s is refused', async (query, status, text) => {
    const answer = await world.send(`GET /${encodeURI(query)}`)
    expect(answer).toMatchObject({ status, body: { issue: [{ diagnostics: expect.stringContaining(text) }] } })
  })
}
