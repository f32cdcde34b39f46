import type { JsonObject, JsonValue, ResourceChange } from '#service/index.ts'

/** A subscription that was accepted. */
export interface PlannedSubscription {
  /** As the resolver has set it. */
  readonly filter: SubscriptionFilter
  /** What the document selects, as `data` would have it, with each field's own name where its value belongs. */
  readonly selection: JsonObject
}

/** Of AppSync's enhanced filters those operators that the gateway uses; every field has to agree. */
export type SubscriptionFilter = Readonly<
  Record<string, { readonly eq?: string; readonly containsAny?: readonly string[] }>
>

/** A ResourceChange whose fields hold their own names: what comes back tells what was selected under which name. */
const PROBE: Readonly<Record<keyof ResourceChange, string | readonly string[]>> = {
  tenant: 'tenant',
  resourceType: 'resourceType',
  id: 'id',
  versionId: 'versionId',
  lastUpdated: 'lastUpdated',
  interaction: 'interaction',
  compartments: ['compartments'],
}

/** The only event that graphql-js ever sees of a subscription. */
export async function* probe(field: string): AsyncGenerator<Readonly<Record<string, typeof PROBE>>> {
  yield { [field]: PROBE }
}

/** `data` of a change for what was selected. */
export function renderChange(selection: JsonObject, change: ResourceChange): JsonObject {
  return Object.fromEntries(
    Object.entries(selection).map(([root, selected]) => [root, renderFields(selected as JsonObject, change)]),
  )
}

const renderFields = (selected: JsonObject, change: ResourceChange): JsonObject =>
  Object.fromEntries(Object.entries(selected).map(([name, field]) => [name, valueFor(field, change)]))

function valueFor(field: JsonValue | undefined, change: ResourceChange): JsonValue {
  const name = Array.isArray(field) ? field[0] : field
  if (typeof name !== 'string' || !Object.hasOwn(PROBE, name)) return name ?? null
  const value = change[name as keyof ResourceChange]
  return typeof value === 'string' ? value : [...value]
}

export function passesFilter(filter: SubscriptionFilter, change: ResourceChange): boolean {
  return Object.entries(filter).every(([field, { eq, containsAny }]) => {
    const value = change[field as keyof ResourceChange]
    return containsAny ? containsAny.some(each => value.includes(each)) : value === eq
  })
}
