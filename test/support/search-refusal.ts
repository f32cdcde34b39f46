import { Fault } from '#service/fault.ts'

/**
 * `[code, expression, diagnostics]` of every issue of the invalid Fault that `run` throws; fails where it throws
 * none.
 */
export function refusalOf(run: () => unknown): (readonly [string, string, string])[] {
  try {
    run()
  } catch (error) {
    if (!Fault.is(error) || error.category !== 'invalid') throw error
    return error.issues.map(({ code, expression, diagnostics }) => [code, expression?.join() ?? '', diagnostics])
  }
  throw new Error('expected a Fault')
}
