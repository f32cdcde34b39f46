/** Scenarios as tests: of each, every interleaving is gone through, and nothing may be broken in any. */
import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import { type ScenarioShape, scenarioOf } from './scenarios.ts'

export const STATES_MAX = 4_000_000

export interface Scenarios {
  readonly always: readonly ScenarioShape[]
  /** Minutes each: MODEL=large runs them. */
  readonly large: readonly ScenarioShape[]
}

/** @param promise what the scenarios hold to, for the report */
export function holdScenarios(promise: string, { always, large }: Scenarios): void {
  describe(promise, () => {
    test.each(always.map(shape => [nameOf(shape), shape] as const))(
      '%s',
      (_name, shape) => holds(shape, STATES_MAX),
      300_000,
    )

    test.runIf(process.env.MODEL === 'large').each(large.map(shape => [nameOf(shape), shape] as const))(
      '%s',
      (_name, shape) => holds(shape, 20_000_000),
      3_600_000,
    )
  })
}

const nameOf = ({ actors, crashes = 0, losses = 0 }: ScenarioShape): string =>
  `${actors.join(' + ')}, ${crashes} killed, ${losses} answers lost`

async function holds(shape: ScenarioShape, statesMax: number): Promise<void> {
  const start = performance.now()
  const { states, finals, broken } = await explore(scenarioOf(shape), { statesMax })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${nameOf(shape)}: ${states} states, ${finals} final, ${seconds} s`)
  expect(broken).toEqual({})
  expect(finals).toBeGreaterThan(0)
}
