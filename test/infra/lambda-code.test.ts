import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FUNCTIONS, type FunctionSpec } from '#infra/functions.ts'
import { assertEntries } from '#infra/lambda-code.ts'
import { LAMBDA_NAMES } from '#runtime/lambda/bundle.ts'
import { ROOT } from './synthesize.ts'

const SPECS: readonly FunctionSpec[] = Object.values(FUNCTIONS)

test('every function that is deployed has an entry and a bundle', () => {
  expect(SPECS.filter(({ entry }) => !existsSync(join(ROOT, entry)))).toEqual([])
  expect(SPECS.map(({ name }) => name).sort()).toEqual([...LAMBDA_NAMES].sort())
})

test('an entry that is missing is named', () => {
  const wanted = { ...FUNCTIONS.rest, name: 'absent', entry: 'runtime/lambda/absent.ts' }
  expect(() => assertEntries(ROOT, [FUNCTIONS.rest, wanted])).toThrow(
    'The function absent is listed for deployment, but runtime/lambda/absent.ts does not exist.',
  )
})
