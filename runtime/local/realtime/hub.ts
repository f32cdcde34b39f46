/** Who listens, and what of each change goes to whom. */
import { type CommittedChange, resourceChangeOf } from '#service/index.ts'
import { type PlannedSubscription, passesFilter, renderChange } from '../appsync/subscriptions.ts'
import type { ChangeSource } from './change-source.ts'

export interface Subscription extends PlannedSubscription {
  /** @param data JSON text of what the subscription selects of a change. */
  readonly send: (data: string) => void
}

export interface Hub {
  /**
   * Once it resolves nothing that is committed is missed: before the subscription's filter is even known. Rejects where
   * the source does.
   */
  open(): Promise<Place>
  close(): void
}

/** Of one subscription, to be used once. */
export interface Place {
  take(subscription: Subscription): void
  leave(): void
}

/** Changes are listened to while somebody listens to them. */
export function createHub(source: ChangeSource): Hub {
  const subscriptions = new Set<Subscription>()
  let places = 0
  let listening: Promise<() => void> | undefined

  const deliver = (changes: readonly CommittedChange[]): void => {
    if (subscriptions.size === 0) return
    for (const change of changes.map(resourceChangeOf)) {
      // Clients of one application select the same: what is the same is written once.
      const written = new Map<string, string>()
      for (const { filter, selection, send } of subscriptions) {
        if (!passesFilter(filter, change)) continue
        const key = JSON.stringify(selection)
        const data = written.get(key) ?? JSON.stringify(renderChange(selection, change))
        written.set(key, data)
        send(data)
      }
    }
  }
  const end = (): void => {
    // Whoever waits for it hears that it failed.
    listening?.then(
      stop => stop(),
      () => undefined,
    )
    listening = undefined
  }

  return {
    async open() {
      places++
      listening ??= source.listen(deliver)
      const begun = listening
      try {
        await begun
      } catch (error) {
        places--
        // The next one tries again.
        if (listening === begun) listening = undefined
        throw error
      }
      let taken: Subscription | undefined
      let left = false
      return {
        take(subscription) {
          if (left) return
          taken = subscription
          subscriptions.add(subscription)
        },
        leave() {
          if (left) return
          left = true
          places--
          if (taken) subscriptions.delete(taken)
          if (places === 0) end()
        },
      }
    },
    close: end,
  }
}
