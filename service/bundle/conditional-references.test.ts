import { expect, test } from 'vitest'
import {
  contents,
  del,
  observation,
  post,
  practitioner,
  put,
  transaction,
  URN,
  written,
} from '#test/support/bundle-entries.ts'
import { faultOf, oneFault, runBundle, type SeenFault, testWorld } from '#test/support/test-world.ts'
import type { JsonObject } from '../resource/content.ts'

const reference = 'Practitioner?identifier=s|1'
const performing = (text: string) => observation('Patient/p', { performer: [{ reference: text }] })
const notOne = (count: 'no' | 'more than one', text = reference): SeenFault =>
  oneFault(
    'precondition-failed',
    count === 'no' ? 'not-found' : 'multiple-matches',
    `The reference '${text}' matches ${count} resource`,
    'Bundle.entry[0].resource.performer[0]',
  )

test('a stored match', async () => {
  const world = testWorld()
  await runBundle(world, transaction(put(practitioner('1', { id: 'a' })), put(practitioner('2', { id: 'b' }))))
  await runBundle(world, transaction(post(performing(reference)), post(performing('Practitioner?identifier=s%7C2'))))
  expect(
    contents(world.ports)
      .slice(2)
      .map(({ performer }) => performer),
  ).toEqual([[{ reference: 'Practitioner/a' }], [{ reference: 'Practitioner/b' }]])
})

test.each([
  ['created', post(practitioner('1')), 'Practitioner/id-2'],
  ['updated', put(practitioner('1', { id: 'new' })), 'Practitioner/new'],
  ['created on condition', post(practitioner('1'), undefined, { ifNoneExist: 'identifier=s|1' }), 'Practitioner/id-2'],
])('a match that the transaction itself has %s', async (_what, entry, expected) => {
  const world = testWorld()
  await runBundle(world, transaction(post(performing(reference)), entry))
  const found = contents(world.ports).find(({ resourceType }) => resourceType === 'Observation')
  expect(found?.performer).toEqual([{ reference: expected }])
})

test('a staged match through a link to another entry', async () => {
  const world = testWorld()
  const role = { resourceType: 'PractitionerRole', practitioner: { reference: URN } }
  await runBundle(
    world,
    transaction(post(performing('PractitionerRole?practitioner=Practitioner/p')), post(role), {
      ...put(practitioner('1', { id: 'p' })),
      fullUrl: URN,
    }),
  )
  const found = contents(world.ports).find(({ resourceType }) => resourceType === 'Observation')
  expect(found?.performer).toEqual([{ reference: 'PractitionerRole/id-2' }])
})

test('none, or several, over store and Bundle together fail', async () => {
  const world = testWorld()
  const run = (...more: JsonObject[]) => faultOf(runBundle(world, transaction(post(performing(reference)), ...more)))
  expect(await run()).toEqual(notOne('no'))
  expect(await run(post(practitioner('1')), post(practitioner('1')))).toEqual(notOne('more than one'))
  await runBundle(world, transaction(put(practitioner('1', { id: 'a' }))))
  expect(await run(post(practitioner('1')))).toEqual(notOne('more than one'))
  // What is deleted or changed by the transaction is no match any more.
  expect(await run(del('Practitioner/a'))).toEqual(notOne('no'))
  expect(await run(put(practitioner('2', { id: 'a' })))).toEqual(notOne('no'))
  expect(written(world.ports)).toEqual(['PUT Practitioner/a 1'])
  await runBundle(world, transaction(post(performing(reference)), put(practitioner('1', { id: 'a', active: true }))))
  expect(contents(world.ports)[1]?.performer).toEqual([{ reference: 'Practitioner/a' }])
})

test('each reference without its match is named', async () => {
  const { issues } = await faultOf(
    runBundle(
      testWorld(),
      transaction(
        post(performing('Practitioner?identifier=a')),
        post(performing('Practitioner?identifier=a')),
        post(performing('Practitioner?identifier=b')),
        post(performing('Practitioner?identifierr=c')),
      ),
    ),
  )
  expect(issues.map(({ code, expression }) => [code, expression]).sort()).toEqual([
    ['not-found', ['Bundle.entry[0].resource.performer[0]']],
    ['not-found', ['Bundle.entry[2].resource.performer[0]']],
    ['not-supported', ['Bundle.entry[3].resource.performer[0]']],
  ])
})

test('a chain in it is not supported', async () => {
  const text = 'PractitionerRole?practitioner.name=x'
  expect(await faultOf(runBundle(testWorld(), transaction(post(performing(text)))))).toEqual(
    oneFault(
      'unsupported',
      'not-supported',
      `The condition '${text}' has a chained parameter, which is not supported in a transaction`,
      'Bundle.entry[0].resource.performer[0]',
    ),
  )
})

test('the index is asked once for what is said often, in whatever order', async () => {
  let searches = 0
  const world = testWorld({
    wrap: ports => ({
      ...ports,
      index: {
        ...ports.index,
        search: (tenant, request) => {
          searches++
          return ports.index.search(tenant, request)
        },
      },
    }),
  })
  await runBundle(world, transaction(put(practitioner('1', { id: 'a', active: true }))))
  const texts = ['Practitioner?active=true&identifier=s|1', 'Practitioner?identifier=s|1&active=true']
  await runBundle(world, transaction(...Array.from({ length: 40 }, (_, i) => post(performing(texts[i % 2] ?? '')))))
  expect(searches).toBe(1)
})
