/** What a transaction comes to does not hang on the order of its entries, nor on how it is cut for the event loop. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  contents,
  del,
  observation,
  patient,
  post,
  practitioner,
  put,
  transaction,
} from '#test/support/bundle-entries.ts'
import { runBundle, type TestWorld, testWorld } from '#test/support/test-world.ts'
import type { JsonObject } from '../resource/content.ts'

const urn = (name: string) => `urn:uuid:${name}`

/** Every kind of write and of link; each resource is known by its text, whatever id it comes to have. */
const ENTRIES: readonly JsonObject[] = [
  post(patient({ name: [{ text: 'one' }], managingOrganization: { reference: urn('g') } }), urn('p1')),
  post(patient({ name: [{ text: 'two' }], link: [{ other: { reference: urn('p1') }, type: 'seealso' }] }), urn('p2')),
  post(practitioner('1', { name: [{ text: 'found' }] }), urn('d1'), { ifNoneExist: 'identifier=s|1' }),
  post(practitioner('2', { name: [{ text: 'new' }] }), urn('d2'), { ifNoneExist: 'identifier=s|2' }),
  post(practitioner('3', { name: [{ text: 'plain' }] }), urn('d3')),
  post(practitioner('3', { name: [{ text: 'never' }] }), urn('d4'), { ifNoneExist: 'identifier=s|3' }),
  { ...put({ resourceType: 'Organization', id: 'g', name: 'fixed' }), fullUrl: urn('g') },
  put(practitioner('4', { id: 'four', name: [{ text: 'changed' }] })),
  del('Practitioner/five'),
  post(
    observation(urn('p1'), {
      code: { text: 'a' },
      performer: [{ reference: urn('d1') }, { reference: 'Practitioner?identifier=s|2' }],
    }),
  ),
  post(
    observation(urn('p2'), {
      code: { text: 'b' },
      performer: [{ reference: urn('d4') }, { reference: 'Practitioner?identifier=s|4' }],
    }),
  ),
]

async function stage(): Promise<TestWorld> {
  const world = testWorld()
  await runBundle(
    world,
    transaction(
      put(practitioner('1', { id: 'one', name: [{ text: 'old' }] })),
      put(practitioner('4', { id: 'four', name: [{ text: 'old' }] })),
      put(practitioner('4', { id: 'five', name: [{ text: 'old' }] })),
    ),
  )
  return world
}

/** What was written, with each generated id replaced by the text of its resource. */
async function resultOf(entries: readonly JsonObject[]): Promise<unknown> {
  const world = await stage()
  const answer = await runBundle(world, transaction(...entries))
  const names = new Map<string, string>()
  for (const content of contents(world.ports)) {
    const { name, code } = content as { name?: [{ text: string }]; code?: { text: string } }
    names.set(`${content.resourceType}/${content.id}`, `${content.resourceType}/${name?.[0].text ?? code?.text}`)
  }
  const named = (text: string): string => {
    let result = text
    for (const [key, name] of names) if (key.includes('/id-')) result = result.replaceAll(`"${key}`, `"${name}`)
    return result.replaceAll(/"id":"id-\d+"/g, '"id":"generated"')
  }
  const responses = entries.map((entry, index) => {
    const { response } = (answer.entry as JsonObject[])[index] as { response: JsonObject }
    return [JSON.stringify(entry), named(JSON.stringify(response))]
  })
  return {
    changes: world.ports.changes.map(({ method, body }) => `${method} ${named(body ?? '')}`).sort(),
    responses: Object.fromEntries(responses),
    methods: world.ports.changes.slice(3).map(({ method }) => method),
  }
}

test('a shuffled transaction gives the same result, and is written in the order of R4', async () => {
  const expected = await resultOf(ENTRIES)
  expect(expected).toMatchObject({
    methods: ['DELETE', 'POST', 'POST', 'POST', 'POST', 'POST', 'POST', 'PUT', 'PUT'],
  })
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...ENTRIES], { minLength: ENTRIES.length }), async entries => {
      expect(await resultOf(entries)).toEqual(expected)
    }),
    { numRuns: 40 },
  )
})

test('a thousand entries are read, matched and committed in few calls', async () => {
  const calls: string[] = []
  const world = testWorld({
    limits: { readBatchMax: 400 },
    wrap: ports => ({
      ...ports,
      store: {
        ...ports.store,
        readNewest: (...request) => {
          calls.push(`read ${request[1].length}`)
          return ports.store.readNewest(...request)
        },
        commit: (...request) => {
          calls.push(`commit ${request[1].changes.length}`)
          return ports.store.commit(...request)
        },
      },
    }),
  })
  await runBundle(world, transaction(...Array.from({ length: 1000 }, (_, index) => put(patient({ id: `p${index}` })))))
  expect(calls).toEqual(['read 400', 'read 400', 'read 200', 'commit 1000'])
})
