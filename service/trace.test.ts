import { expect, test } from 'vitest'
import { traceOf } from './trace.ts'

test('class, code and place, and nothing of the message', () => {
  const failure = Object.assign(new RangeError('secret\nname of a patient'), { code: 'ERR_X' })
  const trace = traceOf(failure)
  expect(trace).toEqual({ error: 'RangeError', code: 'ERR_X', at: expect.stringMatching(/^at .*trace\.test\.ts/) })
  expect(JSON.stringify(trace)).not.toMatch(/secret|patient/)
})

test('what is no Error has no place', () => {
  expect(traceOf('secret')).toEqual({ error: 'string' })
})
