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
import { blindIndex } from '#test/support/memory-ports.ts'
import { at, faultOf, oneFault, runBundle, statusesOf, testWorld } from '#test/support/test-world.ts'

const conditional = (value: string, fullUrl?: string) =>
  post(practitioner(value), fullUrl, { ifNoneExist: `identifier=s|${value}` })

test('creates once, and links lead to what is there', async () => {
  const world = testWorld()
  const bundle = transaction(conditional('1', URN), post(observation('Patient/p', { performer: [{ reference: URN }] })))
  expect(statusesOf(await runBundle(world, bundle))).toEqual(['201 Created', '201 Created'])
  const again = await runBundle(world, bundle)
  expect(statusesOf(again)).toEqual(['200 OK', '201 Created'])
  expect(at(again, 'entry', 0, 'response', 'location')).toBe('Practitioner/id-1/_history/1')
  expect(contents(world.ports).map(({ resourceType, performer }) => [resourceType, performer])).toEqual([
    ['Practitioner', undefined],
    ['Observation', [{ reference: 'Practitioner/id-1' }]],
    ['Observation', [{ reference: 'Practitioner/id-1' }]],
  ])
})

test('several with one condition are one create', async () => {
  const world = testWorld()
  const answer = await runBundle(world, transaction(conditional('1'), conditional('1'), conditional('2')))
  expect(statusesOf(answer)).toEqual(['201 Created', '200 OK', '201 Created'])
  expect(written(world.ports)).toEqual(['POST Practitioner/id-1 1', 'POST Practitioner/id-3 1'])
})

test('a create without condition is a match, and a deleted resource is none', async () => {
  const world = testWorld()
  await runBundle(world, transaction(put(practitioner('1', { id: 'a' }))))
  const answer = await runBundle(
    world,
    transaction(conditional('1'), del('Practitioner/a'), post(practitioner('2')), conditional('2', URN)),
  )
  expect(statusesOf(answer)).toEqual(['201 Created', '204 No Content', '201 Created', '200 OK'])
})

test('several matches fail', async () => {
  const world = testWorld()
  expect(
    await faultOf(runBundle(world, transaction(post(practitioner('1')), post(practitioner('1')), conditional('1')))),
  ).toEqual(
    oneFault(
      'precondition-failed',
      'multiple-matches',
      "The condition 'Practitioner?identifier=s|1' matches more than one resource",
      'Bundle.entry[2].request.ifNoneExist',
    ),
  )
  expect(world.ports.changes).toEqual([])
})

test('transactions that race for a condition leave one resource', async () => {
  const world = testWorld()
  const answers = await Promise.all(Array.from({ length: 10 }, () => runBundle(world, transaction(conditional('1')))))
  expect(answers.flatMap(statusesOf).sort()).toEqual([...Array(9).fill('200 OK'), '201 Created'])
  expect(world.ports.changes).toHaveLength(1)
})

test('they do so while the index sees nothing yet', async () => {
  const world = testWorld({
    wrap: ports => ({ ...ports, index: blindIndex }),
  })
  const run = () => runBundle(world, transaction(conditional('1'), conditional('2')))
  const answers = await Promise.all(Array.from({ length: 4 }, run))
  expect(answers.flatMap(statusesOf).sort()).toEqual([...Array(6).fill('200 OK'), ...Array(2).fill('201 Created')])
  expect(world.ports.changes).toHaveLength(2)
  await world.service.delete(world.call, { type: 'Practitioner', id: world.ports.changes[0]?.id ?? '' })
  expect(statusesOf(await run())).toEqual(['201 Created', '200 OK'])
})
