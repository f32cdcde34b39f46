import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
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
}
