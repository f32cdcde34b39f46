import { expect, test } from 'vitest'
import { get, patient } from '#test/support/bundle-entries.ts'
import { at, runBundle, statusesOf, testWorld } from '#test/support/test-world.ts'
import { DEFAULT_LIMITS } from '../limits.ts'

test.each(['batch', 'transaction'])('the reads of a %s end where they bring too much along', async type => {
  const world = testWorld({ limits: { ...DEFAULT_LIMITS, bodyBytesMax: 250, concurrencyMax: 1 } })
  const content = patient({ id: 'a', name: [{ text: 'x'.repeat(400) }] })
  await world.service.update(world.call, { type: 'Patient', id: 'a', content })
  const entry = Array.from({ length: 4 }, () => get('Patient/a'))
  const answer = await runBundle(world, { resourceType: 'Bundle', type, entry })
  const refused = '422 Unprocessable Content'
  expect(statusesOf(answer)).toEqual(['200 OK', '200 OK', refused, refused])
  expect(at(answer, 'entry', 3, 'response', 'outcome', 'issue', 0)).toEqual({
    severity: 'error',
    code: 'too-costly',
    diagnostics: 'What the entries before have read has more than 1000 bytes: read the rest by another Bundle',
    expression: ['Bundle.entry[3].request.url'],
  })
})
