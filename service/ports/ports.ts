import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { JobStore } from './job-store.ts'
import type { Listeners } from './listeners.ts'
import type { ObjectStore } from './object-store.ts'
import type { ResourceStore } from './resource-store.ts'
import type { Sealer } from './sealer.ts'
import type { SearchIndex } from './search-index.ts'

/** What the service needs of the world. runtime/ wires it. */
export interface Ports {
  readonly store: ResourceStore
  readonly index: SearchIndex
  readonly clock: Clock
  readonly ids: Ids
  readonly sealer: Sealer
  /** Without it there is nothing that needs bytes outside resources: no raw Binary, no work after the answer. */
  readonly objects?: ObjectStore
  /** Without it nothing goes on after its request was answered. */
  readonly jobs?: JobStore
  /** Without it whoever publishes changes knows who listens. */
  readonly listeners?: Listeners
}
