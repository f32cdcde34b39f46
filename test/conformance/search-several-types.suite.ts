/** Searches of several types and of compartments. R4 http.html#search, search.html#all, compartmentdefinition.html */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outcome } from '#test/support/rest-world.ts'

export interface SearchParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: object | string
}

export interface SeveralTypesWorld {
  readonly baseUrl: string
  /** Below the base; what was written can be searched for at once. */
  send(line: string, parts?: SearchParts): Promise<{ readonly status: number; readonly body: unknown }>
  /** Until the clock says something else. */
  tick(): void
  close(): Promise<void>
}

const CODE = { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }

const RESOURCES: Readonly<Record<string, object>> = {
  'Patient/a': { birthDate: '1980-01-01' },
  'Patient/b': { birthDate: '1970-01-01' },
  'Person/p': { birthDate: '1975-01-01' },
  'Person/q': {},
  'Observation/1': { status: 'final', code: CODE, subject: { reference: 'Patient/a' } },
  'Observation/2': { status: 'final', code: CODE, subject: { reference: 'Patient/b' } },
  'Condition/c': { subject: { reference: 'Patient/a' }, code: CODE },
  'Organization/o': { name: 'Ward' },
}

interface Bundle {
  readonly total?: number
  readonly entry?: readonly { readonly resource: { readonly resourceType: string; readonly id: string } }[]
  readonly link: readonly { readonly relation: string; readonly url: string }[]
}

const names = ({ entry = [] }: Bundle): string[] =>
  entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`)

export function searchSeveralTypesSuite(open: () => Promise<SeveralTypesWorld>): void {
  let world: SeveralTypesWorld

  beforeAll(async () => {
    world = await open()
    for (const [address, content] of Object.entries(RESOURCES)) {
      const [resourceType, id] = address.split('/')
      await world.send(`PUT /${address}`, { body: { resourceType, id, ...content } })
      world.tick()
    }
  }, 60_000)

  afterAll(() => world.close())

  const ask = async (line: string, parts?: SearchParts): Promise<Bundle> => {
    const { status, body } = await world.send(line, parts)
    expect({ status, body }).toMatchObject({ status: 200 })
    return body as Bundle
  }

  /** Every page, by the links. */
  async function pages(line: string): Promise<string[][]> {
    const found: string[][] = []
    let next: string | undefined = line
    while (next !== undefined) {
      const bundle: Bundle = await ask(next)
      found.push(names(bundle))
      const url = bundle.link.find(({ relation }) => relation === 'next')?.url
      next = url && `GET ${url.slice(world.baseUrl.length)}`
    }
    return found
  }

  test.each<[string, readonly string[]]>([
    ['GET /?_type=Patient,Observation', ['Patient/a', 'Patient/b', 'Observation/1', 'Observation/2']],
    ['GET /?_type=Observation,Patient&_id=a,1', ['Observation/1', 'Patient/a']],
    ['GET /?_type=Patient,Person&birthdate=lt1976', ['Patient/b', 'Person/p']],
    ['GET /?_type=Observation,Condition&subject:Patient._id=a', ['Observation/1', 'Condition/c']],
    ['GET /?_type=Patient,Person&_sort=birthdate', ['Patient/b', 'Person/p', 'Patient/a', 'Person/q']],
    ['GET /?_type=Patient,Person&_sort=-birthdate', ['Patient/a', 'Person/p', 'Patient/b', 'Person/q']],
    [
      'GET /?_type=Patient,Person,Organization&_sort=-_lastUpdated&_count=3',
      ['Organization/o', 'Person/q', 'Person/p'],
    ],
    ['GET /?_lastUpdated=gt2100', []],
    ['GET /?_id=a,c,o', ['Condition/c', 'Organization/o', 'Patient/a']],
    ['GET /Patient/a/Observation', ['Observation/1']],
    ['GET /Patient/a/Observation?code=http://loinc.org|nope', []],
    ['GET /Patient/a/Patient', ['Patient/a']],
    ['GET /Patient/a/*', ['Condition/c', 'Observation/1', 'Patient/a']],
    ['GET /Patient/a/*?_type=Observation', ['Observation/1']],
    ['GET /Patient/none/*', []],
  ])('%s', async (line, expected) => {
    const bundle = await ask(line)
    expect(names(bundle)).toEqual(expected)
  })

  test.each<[string, string, readonly string[]]>([
    ['POST /_search', '_type=Patient,Person&birthdate=lt1976', ['Patient/b', 'Person/p']],
    ['POST /Patient/a/Observation/_search', 'status=final', ['Observation/1']],
    ['POST /Patient/a/*/_search', '_type=Condition,Observation', ['Condition/c', 'Observation/1']],
  ])('%s with %s', async (line, body, expected) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(names(await ask(line, { headers, body }))).toEqual(expected)
  })

  test.each(['', '&_sort=birthdate', '&_sort=-_lastUpdated,birthdate', '&birthdate:missing=false&_sort=_id'])(
    'the pages of several types%s together are the whole',
    async more => {
      const whole = names(await ask(`GET /?_type=Patient,Person${more}`))
      for (const count of [1, 2, 3, 4, 5]) {
        const some = await pages(`GET /?_type=Patient,Person${more}&_count=${count}`)
        expect(some.flat()).toEqual(whole)
        expect(some.slice(0, -1).map(page => page.length)).toEqual(some.slice(0, -1).map(() => count))
      }
    },
  )

  test('totals are of all types; links name what was asked', async () => {
    const bundle = await ask('GET /?_type=Patient,Person&_count=1&_total=accurate')
    expect([bundle.total, bundle.link[0]?.url]).toEqual([
      4,
      `${world.baseUrl}?_type=Patient,Person&_count=1&_total=accurate`,
    ])
    expect(await ask('GET /Patient/a/*?_summary=count')).toMatchObject({ total: 3 })
    expect((await ask('GET /Patient/a/Observation')).link[0]?.url).toBe(`${world.baseUrl}/Patient/a/Observation`)
  })

  test('includes of any of the types are good', async () => {
    const bundle = await ask('GET /?_type=Observation,Condition&_id=1,c&_include=Condition:subject&_elements=code')
    expect(names(bundle)).toEqual(['Observation/1', 'Condition/c', 'Patient/a'])
  })

  test.each<[string, number, string, string, readonly string[]]>([
    ['GET /?_type=Patient,Nope', 400, 'value', "Parameter '_type': 'Nope' is no resource type", ['_type']],
    [
      'GET /?_type=Patient,Observatio',
      400,
      'value',
      "Parameter '_type': 'Observatio' is no resource type (near: 'Observation', 'ObservationDefinition')",
      ['_type'],
    ],
    [
      'GET /?_type=Patient,Observation&name=x',
      400,
      'not-supported',
      "Observation has no search parameter 'name' (near: 'date'); a search of several types takes what all of them have",
      ['name'],
    ],
    ['GET /?_type=Patient&_type=Person', 400, 'value', "Parameter '_type' is given more than once", ['_type']],
    ['GET /Patient/a/Organization', 404, 'not-found', 'No Organization is ever in the compartment of a Patient', []],
    [
      'GET /Organization/o/Patient',
      404,
      'not-supported',
      'There are compartments of Device, Encounter, Patient, Practitioner, RelatedPerson, not of Organization',
      [],
    ],
    ['GET /Patient/a/Nope', 404, 'not-supported', "FHIR R4 (4.0.1) has no resource type 'Nope'", []],
    [
      'GET /?_sort=_lastUpdated',
      422,
      'too-costly',
      "A search of more than 32 types can't be sorted: name those that are meant by _type",
      ['_sort'],
    ],
  ])('%s is refused', async (line, status, code, diagnostics, expression) => {
    const { status: its, body } = await world.send(line)
    expect([its, body]).toEqual([status, outcome(code, diagnostics, ...expression)])
  })

  test('a page link is of its search alone', async () => {
    const { link } = await ask('GET /?_type=Patient,Person&_count=1')
    const cursor = link.find(({ relation }) => relation === 'next')?.url.match(/_cursor=(.*)/)?.[1]
    const other = await world.send(`GET /?_type=Person,Patient&_count=1&_cursor=${cursor}`)
    expect(other).toMatchObject({ status: 400, body: { issue: [{ expression: ['_cursor'] }] } })
  })

  test('a Bundle searches several types and compartments', async () => {
    const request = (url: string) => ({ request: { method: 'GET', url } })
    const urls = ['?_type=Patient,Person&_summary=count', 'Patient/a/*', 'Patient/a/Observation?status=final']
    const { body } = await world.send('POST /', {
      body: { resourceType: 'Bundle', type: 'batch', entry: urls.map(request) },
    })
    const { entry } = body as { entry: { resource: Bundle; response: { status: string } }[] }
    expect(entry.map(one => [one.response.status, one.resource.total])).toEqual([
      ['200 OK', 4],
      ['200 OK', 3],
      ['200 OK', 1],
    ])
  })
}
