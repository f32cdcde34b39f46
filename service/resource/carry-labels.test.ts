import { expect, test } from 'vitest'
import { carryLabels } from './carry-labels.ts'
import type { JsonObject, ResourceContent } from './content.ts'
import { encodeUtf8 } from './json.ts'

const patient = (meta?: JsonObject): ResourceContent => ({ resourceType: 'Patient', id: 'a', ...(meta && { meta }) })

const replaced = (meta?: JsonObject) => {
  const content = patient(meta)
  return { body: encodeUtf8(JSON.stringify(content)), content: () => content }
}

const R = { system: 'urn:s', code: 'R' }
const V = { system: 'urn:s', code: 'V' }

test('tags and labels of before are kept, each once, and profiles are replaced', () => {
  const before = replaced({ tag: [R, { code: 'R' }], security: [R, V], profile: ['urn:old'], versionId: '3' })
  const content = patient({ tag: [V], security: [{ ...R, display: 'restricted' }], profile: ['urn:new'] })
  expect(carryLabels(content, before)).toEqual(
    patient({ tag: [V, R, { code: 'R' }], security: [{ ...R, display: 'restricted' }, V], profile: ['urn:new'] }),
  )
  expect(carryLabels(patient(), replaced({ security: [V] }))).toEqual(patient({ security: [V] }))
})

test('where there is nothing to keep, the content is the very same, and nothing is parsed', () => {
  const content = patient({ tag: [R] })
  expect(carryLabels(content, replaced({ tag: [{ ...R, display: 'x' }] }))).toBe(content)
  expect(carryLabels(content, replaced({ profile: ['urn:p'] }))).toBe(content)
  const unread = { body: encodeUtf8('{"resourceType":"Patient"}'), content: () => expect.unreachable() }
  expect(carryLabels(content, unread)).toBe(content)
})
