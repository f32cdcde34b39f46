import type { Clock } from '#service/index.ts'

export const SYSTEM_CLOCK: Clock = Object.freeze({ now: () => Date.now() })
