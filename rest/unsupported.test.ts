import { expect, test } from 'vitest'
import { parseInteraction, parseQueryString, UNSUPPORTED_KINDS } from '#service/index.ts'
import { fakeService } from '#test/support/fake-service.ts'
import { jsonOf, restRequest } from '#test/support/rest-request.ts'
import { createRestDoor } from './door.ts'

const UNSUPPORTED = [
  'PATCH /Patient/1',
  'PUT /Patient?name=x',
  'PATCH /Patient?name=x',
  'DELETE /Patient?name=x',
  'GET /?name=x',
  'POST /_search',
  'GET /Patient/1/Observation',
  'GET /Patient/1/*',
] as const

test.each(UNSUPPORTED)('%s is R4, but not offered', async line => {
  const { status, body } = jsonOf(await createRestDoor(fakeService({}))(restRequest(line)))
  expect([status, body]).toMatchObject([501, { issue: [{ code: 'not-supported' }] }])
})

test('what is not offered is in no Allow header', () => {
  const kinds = UNSUPPORTED.map(line => {
    const [method = '', url = ''] = line.split(' ')
    const [path = '', query = ''] = url.split('?')
    return parseInteraction(method, path, parseQueryString(query)).kind
  })
  expect(new Set(kinds)).toEqual(UNSUPPORTED_KINDS)
})
