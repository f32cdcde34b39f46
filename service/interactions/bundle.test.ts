import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contents, practitioner } from '#test/support/bundle-entries.ts'
import { at, jsonOf, statusesOf, testDefinitions, testWorld } from '#test/support/test-world.ts'
import type { JsonObject } from '../resource/content.ts'
import { parseJson } from '../resource/json.ts'
import { collectReferences } from '../resource/references.ts'
import { validateResource } from '../resource/validate.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

test('the example of the documentation comes to what it says', async () => {
  const world = testWorld()
  const { service, call, ports } = world
  const identifier = [{ system: 'urn:npi', value: '7' }]
  await service.update(call, { type: 'Practitioner', id: 'p7', content: practitioner('7', { id: 'p7', identifier }) })
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(read('docs/implementation/bundles.md')) ?? []
  const { type, body } = await service.bundle(call, { content: parseJson(text) })
  const answer = jsonOf(body) as JsonObject
  expect({ type, statuses: statusesOf(answer) }).toEqual({
    type: 'transaction-response',
    statuses: ['201 Created', '201 Created', '200 OK'],
  })
  const [, observation] = contents(ports)
  expect({ subject: observation?.subject, performer: observation?.performer }).toEqual({
    subject: { reference: 'Patient/id-2' },
    performer: [{ reference: 'Practitioner/p7' }],
  })
  expect(ports.changes[1]?.body).toContain('"value":72.50')
  expect([...(ports.changes[1]?.compartments ?? [])].sort()).toEqual(['Patient/id-2', 'Practitioner/p7'])
  expect(at(answer, 'entry', 2, 'resource', 'entry', 0, 'resource', 'id')).toBe('id-1')
  const again = jsonOf((await service.bundle(call, { content: parseJson(text) })).body) as JsonObject
  expect(statusesOf(again)).toEqual(['201 Created', '200 OK', '200 OK'])
})

test('real Synthea Bundles are stored whole, with every reference resolved', async () => {
  const world = testWorld()
  const { service, call, ports } = world
  const definitions = testDefinitions.for(call.tenant)
  let entries = 0
  for (const name of [
    'hospital-information',
    'practitioner-information',
    'patient-ines',
    'patient-shante',
    'patient-tricia',
  ]) {
    const content = parseJson(read(`test/vectors/synthea/${name}.json`)) as JsonObject
    entries += (content.entry as JsonObject[]).length
    const answer = jsonOf((await service.bundle(call, { content })).body) as JsonObject
    expect(new Set(statusesOf(answer))).toEqual(new Set(['201 Created']))
    expect(validateResource(definitions, answer, { type: 'Bundle' }).issues).toEqual([])
  }
  expect(ports.changes).toHaveLength(entries)
  const known = new Set(ports.changes.map(({ type: name, id }) => `${name}/${id}`))
  const dangling = contents(ports).flatMap(content =>
    collectReferences(definitions, content as JsonObject & { resourceType: string })
      .map(({ reference }) => reference)
      .filter(reference => !reference.startsWith('#') && !known.has(reference)),
  )
  expect(dangling).toEqual([])
})
