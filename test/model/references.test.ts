/** Every interleaving of those who refer to a resource and those who delete it, with the store's own code. */
import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import { holdScenarios, STATES_MAX } from './hold-scenarios.ts'
import { REFERENCE_MUTANTS } from './reference-mutants.ts'
import { type ScenarioShape, scenarioOf } from './scenarios.ts'

const SCENARIOS: readonly ScenarioShape[] = [
  { actors: ['V', 'D'], crashes: 1, losses: 1 },
  { actors: ['S', 'D'], crashes: 1 },
  { actors: ['V', 'D expiring', 'FD'], crashes: 1, losses: 1 },
  { actors: ['S', 'D expiring'], crashes: 1 },
  { actors: ['S expiring', 'D', 'FS'], crashes: 1 },
  { actors: ['V', 'W', 'D'] },
  { actors: ['V marked', 'D, which finds by marks'], crashes: 1 },
]

const LARGE: readonly ScenarioShape[] = [
  { actors: ['S', 'D'], crashes: 1, losses: 1 },
  { actors: ['S', 'D expiring'], crashes: 1, losses: 1 },
  { actors: ['V', 'S', 'D expiring'], crashes: 1 },
  { actors: ['S expiring', 'D expiring', 'FS', 'FD'], crashes: 1, losses: 1 },
  { actors: ['S', 'W', 'D'], crashes: 1, losses: 1 },
  { actors: ['V', 'T1', 'D'], crashes: 1 },
]

holdScenarios('no reference to what is deleted is ever committed', { always: SCENARIOS, large: LARGE })

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
