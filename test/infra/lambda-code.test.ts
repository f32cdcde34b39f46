import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEPLOYED_FUNCTIONS, FUNCTIONS } from '#infra/functions.ts'
import { assertEntries } from '#infra/lambda-code.ts'
import { LAMBDA_NAMES } from '#runtime/lambda/bundle.ts'
import { ROOT } from './synthesize.ts'

test('every function that is deployed has an entry and a bundle', () => {
  expect(DEPLOYED_FUNCTIONS.filter(name => !existsSync(join(ROOT, FUNCTIONS[name].entry)))).toEqual([])
  expect(DEPLOYED_FUNCTIONS.filter(name => !(LAMBDA_NAMES as readonly string[]).includes(name))).toEqual([])
})

test('an entry that is missing is named', () => {
  const wanted = { ...FUNCTIONS.rest, name: 'absent', entry: 'runtime/lambda/absent.ts' }
  expect(() => assertEntries(ROOT, [FUNCTIONS.rest, wanted])).toThrow(
    'The function absent is listed for deployment, but runtime/lambda/absent.ts does not exist.',
  )
})
