/**
 * Every interleaving of what writers, readers and workers ask of the table, with the store's own code: crashes, time
 * that runs out, records that are removed, and writes that land after their writer has given them up.
 */
import { describe, expect, test } from 'vitest'
import { explore } from './explore.ts'
import { holdScenarios, STATES_MAX } from './hold-scenarios.ts'
import { MUTANTS } from './mutants.ts'
import { type ScenarioShape, scenarioOf } from './scenarios.ts'

const SCENARIOS: readonly ScenarioShape[] = [
  { actors: ['T1', 'T2', 'W'], crashes: 1 },
  { actors: ['T1', 'T2'], crashes: 1, losses: 1 },
  { actors: ['T1', 'W', 'R', 'F1'], crashes: 1 },
  { actors: ['T1', 'W', 'F1', 'S1'], crashes: 1, losses: 1 },
  { actors: ['T1', 'W', 'E1'], crashes: 1, losses: 1 },
  { actors: ['T1', 'R', 'F1', 'S1'], crashes: 1, losses: 1 },
  { actors: ['T1, requests by two', 'W', 'F1'], crashes: 1, losses: 1 },
  { actors: ['T1 listed', 'L', 'F1'], crashes: 1, losses: 1 },
  { actors: ['C1', 'C2', 'X', 'FC1'], crashes: 1 },
  { actors: ['C1', 'X', 'K', 'FC1'], crashes: 1, losses: 1 },
]

const LARGE: readonly ScenarioShape[] = [
  { actors: ['T1', 'T2', 'R'], crashes: 1 },
  { actors: ['T1', 'T2', 'W', 'F1'], crashes: 1 },
  { actors: ['T1', 'W', 'R', 'F1', 'S1'], crashes: 1 },
  { actors: ['T1', 'T2', 'F1', 'S1'], crashes: 1, losses: 1 },
  { actors: ['T1 listed', 'W', 'L', 'F1'], crashes: 1, losses: 1 },
  { actors: ['T1', 'W', 'F1', 'E1'], crashes: 1, losses: 1 },
  { actors: ['T1', 'R', 'F1', 'E1'], crashes: 1, losses: 1 },
]

holdScenarios('a staged commit is whole or nothing, and tells the truth', { always: SCENARIOS, large: LARGE })

describe('every rule is needed: something breaks without', () => {
  test.each(MUTANTS.map(mutant => [mutant.without, mutant] as const))(
    '%s',
    async (_without, mutant) => {
      const { states, broken } = await explore(scenarioOf(mutant), { statesMax: STATES_MAX, untilBroken: true })
      const [first] = Object.values(broken)
      console.log(`without ${mutant.without}: ${states} states to "${first?.[0]}"`)
      expect(first).toBeDefined()
      // Not for failing altogether.
      expect(broken.failure).toBe(undefined)
    },
    300_000,
  )
})
