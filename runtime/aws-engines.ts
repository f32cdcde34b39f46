/** The engines that resources are stored in and found by: AWS's, or their like on this machine. */
import {
  createDynamoClient,
  DynamoResourceStore,
  type DynamoStoreParts,
  DynamoTable,
  SYSTEM_PACE,
} from '#adapters/dynamodb/index.ts'
import {
  awsSigner,
  DEFAULT_SETTINGS,
  ensureIndex,
  HttpEngine,
  type IndexPlace,
  OpenSearchIndex,
  OpenSearchWriter,
} from '#adapters/opensearch/index.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'
import type { EnginePlaces, ObjectsPlace, SearchPlace, TablePlace } from './aws-environment.ts'
import type { OpenObjects } from './aws-objects.ts'
import { clientConfiguration } from './client-configuration.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { createIds } from './time-ordered-ids.ts'

export type StoreEngines = Omit<ReturnType<typeof openStoreEngines>, 'close'>

/** What resources are stored in. */
export function openStoreEngines(places: Pick<EnginePlaces, 'table' | 'objects'>) {
  const objects = openObjects(places.objects)
  const table = openTable(places.table)
  return {
    objects,
    table,
    /** Ends the connections that are kept. */
    close() {
      objects.close()
      table.close()
    },
  }
}

/** The same, and what they are found by. */
export function openEngines(places: EnginePlaces) {
  const { close, ...engines } = openStoreEngines(places)
  const search = openSearch(places.search, engines.table.credentials)
  return {
    ...engines,
    search,
    close() {
      close()
      search.close()
    },
  }
}

export const openStore = (
  { objects, table }: StoreEngines,
  options: Pick<DynamoStoreParts, 'logger' | 'settings' | 'writer' | 'baseUrl'>,
): DynamoResourceStore =>
  new DynamoResourceStore({
    ...{ table: table.table, overflow: objects.store, clock: SYSTEM_CLOCK, ids: createIds(SYSTEM_CLOCK) },
    ...{ pace: SYSTEM_PACE, ...options },
  })

function openTable(place: TablePlace) {
  const client = createDynamoClient(clientConfiguration(place))
  return {
    client,
    table: new DynamoTable({ client, tableName: place.table, clock: SYSTEM_CLOCK }),
    credentials: () => client.config.credentials(),
    close: () => client.destroy(),
  }
}

/** S3 is asked for large contents alone: its client is loaded with the first of them, not when a function starts. */
function openObjects(place: ObjectsPlace) {
  let opened: Promise<OpenObjects> | undefined
  const open = (): Promise<OpenObjects> => {
    opened ??= import('./aws-objects.ts').then(module => module.openAwsObjects(place))
    return opened
  }
  return {
    store: {
      put: async (key: string, bytes: Uint8Array, deadline: number) =>
        (await open()).overflow.put(key, bytes, deadline),
      get: async (key: string, deadline: number) => (await open()).overflow.get(key, deadline),
      delete: async (key: string, deadline: number) => (await open()).overflow.delete(key, deadline),
      keysBelow: async (folder: string, deadline: number) => (await open()).overflow.keysBelow(folder, deadline),
    },
    objects: {
      put: async (...parts) => (await open()).objects.put(...parts),
      head: async (...parts) => (await open()).objects.head(...parts),
      get: async (...parts) => (await open()).objects.get(...parts),
      delete: async (...parts) => (await open()).objects.delete(...parts),
      presign: async (...parts) => (await open()).objects.presign(...parts),
      recognize: async (...parts) => (await open()).objects.recognize(...parts),
      list: async (...parts) => (await open()).objects.list(...parts),
    } satisfies ObjectStore as ObjectStore,
    close: () => opened?.then(({ close }) => close()),
  }
}

const PREPARE_MS = 10_000

function openSearch(
  { endpoint, region, prefix, tenancy }: SearchPlace,
  credentials: Parameters<typeof awsSigner>[0]['credentials'],
) {
  const clock = SYSTEM_CLOCK
  const isLocal = endpoint.startsWith('http:')
  const sign = isLocal ? {} : { sign: awsSigner({ region, credentials, clock }) }
  const engine = new HttpEngine({ endpoint, clock, ...sign })
  const place: IndexPlace = { prefix, routing: tenancy === 'multi' ? 'tenant' : 'resource' }
  const settings = isLocal ? { ...DEFAULT_SETTINGS, replicas: 0 } : DEFAULT_SETTINGS
  return {
    index: new OpenSearchIndex({ engine, place, clock }),
    writer: new OpenSearchWriter({ engine, place }),
    life: { engine, place, settings },
    prepare: () => ensureIndex({ engine, place, settings }, clock.now() + PREPARE_MS),
    close: () => engine.close(),
  }
}
