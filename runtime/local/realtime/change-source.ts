import type { ChangeFeed, ChangePublisher, CommittedChange } from '#service/index.ts'

/** Where live updates come from. */
export interface ChangeSource {
  /**
   * From when it resolves, `deliver` is called with what is committed, of each resource in order. What is given back
   * ends it. Rejects where what is committed can't be read.
   */
  listen(deliver: (changes: readonly CommittedChange[]) => void): Promise<() => void>
}

/** Changes that a worker publishes in this very process. */
export function createPublishedChanges(): ChangeSource & ChangePublisher {
  const listeners = new Set<(changes: readonly CommittedChange[]) => void>()
  return {
    async listen(deliver) {
      listeners.add(deliver)
      return () => listeners.delete(deliver)
    },
    async publish(changes) {
      for (const deliver of listeners) deliver(changes)
    },
  }
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Of one reading. */
const CHANGES_MAX = 500

/** @param onError told of a reading that failed; what it would have given comes with the next one. */
export function feedSource(feed: ChangeFeed, onError: (error: unknown) => void): ChangeSource {
  return {
    async listen(deliver) {
      let position = await feed.end().catch((error: unknown) => {
        onError(error)
        throw error
      })
      let reading = false
      let more = false
      let ended = false
      const drain = async (): Promise<void> => {
        do {
          more = false
          const page = await feed.after(position, CHANGES_MAX)
          position = page.position
          more ||= page.changes.length === CHANGES_MAX
          if (page.changes.length > 0 && !ended) deliver(page.changes)
          // Sockets are written to between two turns of the event loop.
          if (more) await nextTurn()
        } while (more && !ended)
      }
      const stop = feed.subscribe(() => {
        more = true
        if (reading || ended) return
        reading = true
        drain()
          .catch(onError)
          .finally(() => {
            reading = false
          })
      })
      return () => {
        ended = true
        stop()
      }
    },
  }
}
