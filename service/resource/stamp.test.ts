import { expect, it } from 'vitest'
import { stringifyJson } from './json.ts'
import { formatInstant, stampMeta } from './stamp.ts'

const LAST_UPDATED = Date.UTC(2024, 1, 29, 12, 30, 15, 7)

it('puts resourceType, id and meta first and keeps other meta', () => {
  const resource = {
    active: true,
    meta: { versionId: '9', lastUpdated: '1999-01-01T00:00:00Z', profile: ['http://a.org/p'], source: 'http://a.org' },
    id: 'old',
    resourceType: 'Patient',
    gender: 'male',
  }
  const before = structuredClone(resource)
  const stamped = stampMeta(resource, { id: 'new', versionId: 12, lastUpdated: LAST_UPDATED })
  expect(stringifyJson(stamped)).toBe(
    '{"resourceType":"Patient","id":"new","meta":{"versionId":"12","lastUpdated":"2024-02-29T12:30:15.007Z",' +
      '"profile":["http://a.org/p"],"source":"http://a.org"},"active":true,"gender":"male"}',
  )
  expect(resource).toEqual(before)
})

it('makes meta and id where there are none', () => {
  expect(stampMeta({ resourceType: 'Basic' }, { id: '1', versionId: 1, lastUpdated: LAST_UPDATED })).toEqual({
    resourceType: 'Basic',
    id: '1',
    meta: { versionId: '1', lastUpdated: '2024-02-29T12:30:15.007Z' },
  })
})

it('formats instants in UTC with milliseconds', () => {
  expect([0, LAST_UPDATED].map(formatInstant)).toEqual(['1970-01-01T00:00:00.000Z', '2024-02-29T12:30:15.007Z'])
})
