/** Every interleaving of those who refer to a resource and those who delete it, with the store's own code. */
import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import { REFERENCE_MUTANTS } from './reference-mutants.ts'
import { type ScenarioShape, scenarioOf } from './scenarios.ts'

const STATES_MAX = 4_000_000

const SCENARIOS: readonly ScenarioShape[] = [
  { actors: ['V', 'D'], crashes: 1, losses: 1 },
  { actors: ['S', 'D'], crashes: 1 },
  { actors: ['V', 'D expiring', 'FD'], crashes: 1, losses: 1 },
  { actors: ['S', 'D expiring'], crashes: 1 },
  { actors: ['S expiring', 'D', 'FS'], crashes: 1 },
  { actors: ['V', 'W', 'D'] },
  { actors: ['V marked', 'D, which finds by marks'], crashes: 1 },
]

/** Minutes each: MODEL=large runs them. */
const LARGE: readonly ScenarioShape[] = [
  { actors: ['S', 'D'], crashes: 1, losses: 1 },
  { actors: ['S', 'D expiring'], crashes: 1, losses: 1 },
  { actors: ['V', 'S', 'D expiring'], crashes: 1 },
  { actors: ['S expiring', 'D expiring', 'FS', 'FD'], crashes: 1, losses: 1 },
  { actors: ['S', 'W', 'D'], crashes: 1, losses: 1 },
  { actors: ['V', 'T1', 'D'], crashes: 1 },
]

const nameOf = ({ actors, crashes = 0, losses = 0 }: ScenarioShape): string =>
  `${actors.join(' + ')}, ${crashes} killed, ${losses} answers lost`

async function holds(shape: ScenarioShape, statesMax: number): Promise<void> {
  const { states, finals, broken } = await explore(scenarioOf(shape), { statesMax })
  console.log(`${nameOf(shape)}: ${states} states, ${finals} final`)
  expect(broken).toEqual({})
  expect(finals).toBeGreaterThan(0)
}

describe('no reference to what is deleted is ever committed', () => {
  test.each(SCENARIOS.map(shape => [nameOf(shape), shape] as const))(
    '%s',
    (_name, shape) => holds(shape, STATES_MAX),
    300_000,
  )

  test.runIf(process.env.MODEL === 'large').each(LARGE.map(shape => [nameOf(shape), shape] as const))(
    '%s',
    (_name, shape) => holds(shape, 20_000_000),
    3_600_000,
  )
})

describe('every rule is needed: a reference leads to nothing without', () => {
  test.each(REFERENCE_MUTANTS.map(mutant => [mutant.without, mutant] as const))(
    '%s',
    async (_without, mutant) => {
      const { states, broken } = await explore(scenarioOf(mutant), { statesMax: STATES_MAX, untilBroken: true })
      console.log(`without ${mutant.without}: ${states} states to "${Object.values(broken)[0]?.[0]}"`)
      expect(Object.keys(broken)).toEqual(['reference'])
    },
    300_000,
  )
})
