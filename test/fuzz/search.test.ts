/** Any query string over the real engine: an answer or a refusal, never a failure, each within its time. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
  const resources = [
    { resourceType: 'Patient', id: 'a', name: [{ family: 'Shaw', given: ['Peter'] }], birthDate: '1970-03-30' },
    { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/a' } },
    {
      resourceType: 'List',
      id: 'l',
      status: 'current',
      mode: 'working',
      entry: [{ item: { reference: 'Patient/a' } }],
    },
  ]
  for (const body of resources) await world.send(`PUT /${body.resourceType}/${body.id}`, { body })
})

afterAll(() => world.close())

const oneOf = (...texts: readonly string[]) => fc.constantFrom(...texts)
const words = (text: string) => oneOf(...text.split(' '))

const ADDRESS = words('/ /Patient /Observation /List /Patient/a/Observation /Patient/a/* /Patient/a/Patient')

const TEST = fc
  .tuple(
    words(
      'name given birthdate subject.name subject:Patient.name code _id general-practitioner _lastUpdated status nope',
    ),
    words('eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re is'),
    words('a "a" "%" 1970 1e9 Patient/a http://a|b true ) "\\" \\'),
  )
  .map(parts => parts.join(' '))

const FILTER = fc
  .array(fc.tuple(words('and or not( ( ) [ ] . and or'), TEST), { minLength: 1, maxLength: 6 })
  .map(parts =>
    parts
      .map(part => part.join(' '))
      .join(' ')
      .replace(/^(and|or) /, ''),
  )

const VALUE = fc.oneof(
  words('a,b a|b 1970 gt1970 eq lt Patient/a * ,, \\ \\, $ % \' " ; 1e308 -1 true Patient,Observation Patient:link'),
  fc.string({ unit: 'binary', maxLength: 12 }).filter(text => text.isWellFormed()),
)

const PARAMETER = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('_filter'), FILTER) },
  {
    weight: 5,
    arbitrary: fc.tuple(
      words(
        'name name:exact name:contains birthdate subject.name subject:Patient.name _has:Observation:patient:status _id ' +
          '_lastUpdated _list _text _content _type _sort _count _total _summary _elements _include _revinclude ' +
          '_include:iterate _explain _cursor _contained _query status:not status:missing organization.partof.name',
      ),
      VALUE,
    ),
  },
)

test('random searches are answered or refused', async () => {
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(
      ADDRESS,
      fc.array(PARAMETER, { maxLength: 4 }),
      fc.boolean(),
      async (address, parameters, lenient) => {
        const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
        const headers = lenient ? { prefer: 'handling=lenient' } : {}
        const { status, body } = await world.send(`GET ${address}?${query}`, { headers })
        seen.set(status, (seen.get(status) ?? 0) + 1)
        expect({ status, body: status < 500 ? undefined : body }).toEqual({ status, body: undefined })
        const type = (body as { resourceType?: string }).resourceType
        expect(type).toBe(status === 200 ? 'Bundle' : 'OperationOutcome')
      },
    ),
    { numRuns: 2000 },
  )
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400]))
})
