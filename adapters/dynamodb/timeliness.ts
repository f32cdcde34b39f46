import { fault } from '#service/fault.ts'
import type { StoreContext } from './store-context.ts'

/**
 * What is complete up to a time is known only because nobody writes versions of that time any more: writes that come
 * later than `writeMsMax` after their lastUpdated are refused.
 * @param oldest the earliest lastUpdated of a commit.
 * @throws Fault unavailable
 */
export function assertTimely({ clock, settings }: StoreContext, oldest: number): void {
  if (clock.now() <= oldest + settings.writeMsMax) return
  throw fault('unavailable', 'The storage was too busy to write this in time: try again.', { retryAfterSeconds: 1 })
}
