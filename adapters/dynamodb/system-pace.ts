import { setTimeout as delay } from 'node:timers/promises'
import type { Pace } from './pace.ts'

/** Real waiting and real chance. */
export const SYSTEM_PACE: Pace = Object.freeze({
  wait: (ms: number) => delay(ms),
  random: () => Math.random(),
})
