/** What is contained in resources, in searches: R4 search.html#contained. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SearchWorld } from './search-structure.suite.ts'

const code = (text: string) => ({ coding: [{ system: 'http://acme.example/medications', code: text }] })

const medication = (id: string, ingredient: string, more: object = {}) => ({
  resourceType: 'Medication',
  id,
  ingredient: [{ itemCodeableConcept: code(ingredient) }],
  ...more,
})

const request = (subject: string, medicationReference: string, contained: readonly object[], more: object = {}) => ({
  status: 'active',
  intent: 'order',
  subject: { reference: subject },
  medicationReference: { reference: medicationReference },
  contained,
  ...more,
})

const RESOURCES: readonly (readonly [string, object])[] = [
  ['Patient/anna', { name: [{ family: 'Adams' }] }],
  ['Patient/bob', { name: [{ family: 'Brown' }] }],
  ['Organization/acme', { name: 'Acme' }],
  ['Medication/m1', { code: code('plain'), ingredient: [{ itemCodeableConcept: code('abc') }] }],
  [
    'MedicationRequest/23',
    request('Patient/anna', '#m1', [
      medication('m1', 'abc', { manufacturer: { reference: '#o1' }, amount: { numerator: { value: 1.5 } } }),
      { resourceType: 'Organization', id: 'o1', name: 'Inner Works', partOf: { reference: 'Organization/acme' } },
    ]),
  ],
  [
    'MedicationRequest/24',
    request('Patient/bob', '#m1', [
      medication('m1', 'abc', { status: 'active', manufacturer: { reference: 'Organization/acme' } }),
      medication('m2', 'abc', { status: 'inactive' }),
      { resourceType: 'Provenance', id: 'p1', ...provenanceOf('#') },
    ]),
  ],
  ['MedicationRequest/25', request('Patient/bob', 'Medication/m1', [medication('m1', 'xyz')])],
  [
    'Observation/26',
    {
      status: 'final',
      code: code('seen'),
      contained: [{ resourceType: 'Patient', id: 'p', name: [{ family: 'Adamson' }], gender: 'other' }],
      subject: { reference: '#p' },
    },
  ],
]

function provenanceOf(reference: string): object {
  return {
    target: [{ reference }],
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: { display: 'somebody' } }],
  }
}

interface Entry {
  readonly fullUrl: string
  readonly resource: { readonly resourceType: string; readonly id: string }
  readonly search: { readonly mode: string }
}

interface Page {
  readonly total?: number
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly Entry[]
}

/** Behind the base. */
const addressOf = ({ fullUrl }: Entry): string => /[^/]+\/[^/]+$/.exec(fullUrl)?.[0] ?? ''

export function containedSuite(open: () => Promise<SearchWorld>): void {
  let world: SearchWorld

  beforeAll(async () => {
    world = await open()
    for (const [address, content] of RESOURCES) await put(address, content)
  }, 60_000)

  afterAll(() => world.close())

  async function put(address: string, content: object): Promise<void> {
    const [resourceType, id] = address.split('/')
    const { status, body } = await world.send(`PUT /${address}`, { body: { resourceType, id, ...content } })
    expect([address, status < 300, body]).toEqual([address, true, expect.anything()])
  }

  async function pageOf(query: string): Promise<Page> {
    const { status, body } = await world.send(`GET /${encodeURI(query)}`)
    expect({ status, body }).toMatchObject({ status: 200 })
    return body as Page
  }

  /** Matches, in order, and how many there are said to be. */
  async function found(query: string): Promise<readonly [readonly string[], number | undefined]> {
    const { entry = [], total } = await pageOf(query)
    return [entry.filter(({ search }) => search.mode === 'match').map(addressOf), total]
  }

  const sorted = async (query: string) => {
    const [addresses, total] = await found(query)
    return [addresses.toSorted(), total]
  }

  test.each<[string, readonly string[]]>([
    ['MedicationRequest?medication.ingredient-code=abc', ['23', '24', '25']],
    ['MedicationRequest?medication:Medication.ingredient-code=xyz', []],
    ['MedicationRequest?medication.manufacturer.name=inner', ['23']],
    ['MedicationRequest?medication.manufacturer.name=acme', ['24']],
    ['MedicationRequest?medication.manufacturer:Organization.partof.name=acme', ['23']],
    ['MedicationRequest?medication.status=active', ['24']],
    ['MedicationRequest?medication.status:not=active', ['23', '25']],
    ['MedicationRequest?_filter=medication.ingredient-code eq abc and subject.name eq adams', ['23']],
    ['MedicationRequest?medication:missing=true', []],
    ['Patient?_has:MedicationRequest:subject:medication.manufacturer.name=inner', ['anna']],
  ])('a chain looks at what is contained: %s', async (query, ids) => {
    const [type = ''] = query.split('?')
    expect(await sorted(query)).toEqual([ids.map(id => `${type}/${id}`), ids.length])
  })

  test('also one by a parameter that takes references to one type', async () => {
    expect(await sorted('Observation?patient.name=adams')).toEqual([['Observation/26'], 1])
    expect(await sorted('Observation?subject:Group.code=x')).toEqual([[], 0])
  })

  test.each<[string, readonly string[], number?]>([
    ['Medication?ingredient-code=abc', ['Medication/m1']],
    ['Medication?ingredient-code=abc&_contained=false', ['Medication/m1']],
    ['Medication?ingredient-code=abc&_contained=true', ['MedicationRequest/23', 'MedicationRequest/24'], 3],
    ['Medication?ingredient-code=xyz&_contained=true&_containedType=container', ['MedicationRequest/25']],
    [
      'Medication?ingredient-code=abc&_contained=both',
      ['Medication/m1', 'MedicationRequest/23', 'MedicationRequest/24'],
      4,
    ],
    [
      'Medication?ingredient-code=abc&_contained=true&_containedType=contained',
      ['MedicationRequest/23#m1', 'MedicationRequest/24#m1', 'MedicationRequest/24#m2'],
    ],
    [
      'Medication?ingredient-code=abc&_contained=both&_containedType=contained',
      ['Medication/m1', 'MedicationRequest/23#m1', 'MedicationRequest/24#m1', 'MedicationRequest/24#m2'],
    ],
    ['Medication?status:not=active&_contained=true&_containedType=contained&ingredient-code=abc', ['23#m1', '24#m2']],
    ['Medication?status:missing=true&_contained=true&_containedType=contained', ['23#m1', '25#m1']],
    ['Medication?manufacturer=acme&_contained=true&_containedType=contained', ['24#m1']],
    ['Medication?manufacturer:Organization.name=acme&_contained=true&_containedType=contained', ['24#m1']],
    ['Medication?manufacturer.name=inner&_contained=true&_containedType=contained', ['23#m1']],
    ['Medication?_id=m2&_contained=true&_containedType=contained', ['24#m2']],
    ['Medication?_content=xyz&_contained=true&_containedType=contained', ['25#m1']],
    ['Medication?_filter=ingredient-code eq xyz&_contained=true&_containedType=contained', ['25#m1']],
    ['Medication?_has:MedicationRequest:medication:subject=bob&_contained=true&_containedType=contained', ['24#m1']],
    ['Organization?_contained=true', ['23']],
    ['Organization?_has:Medication:manufacturer:status=active&_contained=true', []],
    ['Patient/bob/MedicationRequest?_contained=true', [], 0],
    ['Patient/bob/Provenance?_contained=true', ['24']],
    ['Patient?gender=other&_contained=both', ['Observation/26']],
    ['Patient?_lastUpdated=gt2000&_contained=true', ['Observation/26']],
    ['?_type=Medication,Organization&_contained=true&_containedType=contained&_id=o1,m2', ['23#o1', '24#m2']],
  ])('%s', async (query, addresses, total = addresses.length) => {
    const named = addresses.map(address => (address.includes('/') ? address : `MedicationRequest/${address}`))
    expect(await sorted(query)).toEqual([named, total])
  })

  test('an entry is the container, or what is contained under the URL of its container', async () => {
    const inside = await pageOf('Medication?ingredient-code=abc&_contained=true&_containedType=contained&_id=m1')
    expect(inside.entry?.find(entry => addressOf(entry) === 'MedicationRequest/23#m1')).toMatchObject({
      resource: { resourceType: 'Medication', id: 'm1', amount: { numerator: { value: 1.5 } } },
      search: { mode: 'match' },
    })
    const outside = await pageOf('Medication?ingredient-code=xyz&_contained=true')
    expect(outside.entry).toMatchObject([
      { resource: { resourceType: 'MedicationRequest', id: '25' }, search: { mode: 'match' } },
    ])
    const cut = await pageOf('Medication?_contained=true&_containedType=contained&_id=m2&_elements=status')
    expect(cut.entry?.[0]?.resource).toEqual({
      resourceType: 'Medication',
      id: 'm2',
      meta: expect.anything(),
      status: 'inactive',
    })
  })

  test('they are counted, sorted and paged as resources are', async () => {
    const all = 'Medication?_contained=both&_containedType=contained'
    expect(await pageOf(`${all}&_summary=count`)).toMatchObject({ total: 5 })
    expect((await found(`${all}&_sort=-ingredient-code,_id,status`))[0]).toEqual([
      'MedicationRequest/25#m1',
      'Medication/m1',
      ...['MedicationRequest/24#m1', 'MedicationRequest/23#m1', 'MedicationRequest/24#m2'],
    ])
    for (const sort of ['', '&_sort=status', '&_sort=-_lastUpdated']) {
      const [whole] = await found(all + sort)
      const addresses: string[] = []
      let next: string | undefined = `${all}${sort}&_count=2`
      while (next !== undefined) {
        const page: Page = await pageOf(decodeURI(next))
        addresses.push(...(page.entry ?? []).map(addressOf))
        next = page.link.find(({ relation }) => relation === 'next')?.url.replace(/^.*(?=Medication\?)/, '')
      }
      expect([sort, addresses]).toEqual([sort, whole])
    }
  })

  test('containers bring along what they refer to', async () => {
    const query = 'Medication?ingredient-code=xyz&_contained=true&_include=MedicationRequest:subject'
    const refused = await world.send(`GET /${query}`)
    expect(refused.status).toBe(400)
    const { entry = [] } = await pageOf(
      'Medication?_contained=true&_containedType=contained&_id=m1&_include=Medication:manufacturer',
    )
    expect(entry.map(each => `${each.search.mode} ${addressOf(each)}`)).toContain('include Organization/acme')
  })

  test('what a newer version of the container has no more is gone, and so is all of a deleted one', async () => {
    const all = 'Medication?ingredient-code=mno&_contained=true&_containedType=contained'
    const containing = (...ids: readonly string[]) =>
      request(
        'Patient/anna',
        `#${ids[0]}`,
        ids.map(id => medication(id, 'mno')),
      )
    await put('MedicationRequest/27', containing('a', 'b'))
    expect(await sorted(all)).toEqual([['MedicationRequest/27#a', 'MedicationRequest/27#b'], 2])
    await put('MedicationRequest/27', containing('c'))
    expect(await sorted(all)).toEqual([['MedicationRequest/27#c'], 1])
    expect(await sorted('MedicationRequest?medication.ingredient-code=mno')).toEqual([['MedicationRequest/27'], 1])
    await put('MedicationRequest/27', { ...request('Patient/anna', 'Medication/m1', []), contained: undefined })
    expect(await sorted(all)).toEqual([[], 0])
    await put('MedicationRequest/27', containing('a'))
    expect(await sorted(all)).toEqual([['MedicationRequest/27#a'], 1])
    expect((await world.send('DELETE /MedicationRequest/27')).status).toBe(204)
    expect(await sorted(all)).toEqual([[], 0])
    expect(await pageOf(`${all}&_summary=count`)).toMatchObject({ total: 0 })
  })

  test.each([
    ['_contained=yes', "Parameter '_contained': 'yes' is not what it takes; expected one of false, true, both"],
    ['_contained=true&_contained=both', "Parameter '_contained' is given more than once"],
    [
      '_containedType=inside',
      "Parameter '_containedType': 'inside' is not what it takes; expected one of container, contained",
    ],
    ['_contained:not=true', "Parameter '_contained:not': _contained takes no modifier"],
  ])('%s is refused', async (query, diagnostics) => {
    const { status, body } = await world.send(`GET /Medication?${query}`)
    expect([status, body]).toMatchObject([400, { issue: [{ diagnostics: expect.stringContaining('_contained') }] }])
    expect((body as { issue: { diagnostics: string }[] }).issue[0]?.diagnostics).toBe(diagnostics)
  })

  test('no condition is about what is contained', async () => {
    const { status, body } = await world.send('DELETE /Medication?ingredient-code=abc&_contained=true')
    expect([status, body]).toMatchObject([400, { issue: [{ expression: ['_contained'] }] }])
  })
}
