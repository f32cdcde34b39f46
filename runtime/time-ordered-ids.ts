import { randomFillSync } from 'node:crypto'
import type { Clock } from '#service/ports/clock.ts'
import type { Ids } from '#service/ports/ids.ts'

const RANDOM_BYTES = 10

/**
 * UUIDs of version 7 (RFC 9562, 5.7): they begin with the time, so that new resources lie beside each other in an
 * index, and go on with 74 random bits, so that they need no coordination.
 */
export function createIds(clock: Clock): Ids {
  const random = createRandomPool()
  return Object.freeze({
    resourceId() {
      const time = Math.max(0, clock.now()).toString(16).padStart(12, '0')
      const tail = random(RANDOM_BYTES)
      tail[0] = ((tail[0] ?? 0) & 0x0f) | 0x70
      tail[2] = ((tail[2] ?? 0) & 0x3f) | 0x80
      const hex = tail.toString('hex')
      return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`
    },
    nonce: () => random(16).toString('base64url'),
  })
}

/** The operating system is asked for randomness a page at a time; no byte is given out twice. */
function createRandomPool(): (count: number) => Buffer {
  const pool = Buffer.alloc(4096)
  let used = pool.length
  return count => {
    if (used + count > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += count
    return pool.subarray(used - count, used)
  }
}
