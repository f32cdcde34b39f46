import { expect, type TestFunction, test } from 'vitest'

/** Tests of a suite that an engine doesn't pass, by name, each with the reason. */
export type Skips = Readonly<Record<string, string>>

/** `test`, but for those that the engine skips; a skip of a test that doesn't exist fails. */
export function contractTest(engine: string, skips: Skips = {}) {
  const unused = new Set(Object.keys(skips))
  return {
    holds(name: string, check: TestFunction): void {
      const reason = skips[name]
      unused.delete(name)
      if (reason === undefined) test(name, check)
      else test.skip(`${name} (${reason})`, check)
    },
    end(): void {
      if (unused.size === 0) return
      test(`${engine} skips only tests that there are`, () => expect([...unused]).toEqual([]))
    },
  }
}

export type Holds = ReturnType<typeof contractTest>['holds']
