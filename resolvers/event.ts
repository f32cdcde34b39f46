import { fault, type JsonObject } from '#service/index.ts'

/**
 * What AppSync sends for one field: a direct Lambda resolver's event, or the same made by a JS resolver. Only what the
 * door reads; AppSync sends more (identity, request, prev, stash).
 */
export interface ResolverEvent {
  /** Unset variables are null. */
  readonly arguments: Readonly<Record<string, unknown>>
  /** The object that the field is on; null at the root. */
  readonly source: JsonObject | null
  readonly info: {
    readonly fieldName: string
    readonly parentTypeName: string
    readonly variables: Readonly<Record<string, unknown>>
    /** `{\n  id\n}`; inline fragments as written, named fragments without their bodies. Empty for leaves. */
    readonly selectionSetGraphQL: string
  }
  /** The client's Prefer header. */
  readonly prefer?: string
}

/** @throws Fault invalid where it is no event of AppSync: a mistake of the deployment, not of a client. */
export function readEvent(event: unknown): ResolverEvent {
  const { arguments: given, source, info, request } = record(event, 'The event')
  const { prefer } = optionalRecord(optionalRecord(request, 'request of the event').headers, 'headers of the event')
  const { fieldName, parentTypeName, variables, selectionSetGraphQL } = record(info, 'info of the event')
  if (typeof fieldName !== 'string' || typeof parentTypeName !== 'string') {
    throw fault('invalid', 'The event of a resolver needs info.fieldName and info.parentTypeName')
  }
  return {
    arguments: optionalRecord(given, 'arguments of the event'),
    source: source === null || source === undefined ? null : (record(source, 'source of the event') as JsonObject),
    info: {
      fieldName,
      parentTypeName,
      variables: optionalRecord(variables, 'info.variables of the event'),
      selectionSetGraphQL: typeof selectionSetGraphQL === 'string' ? selectionSetGraphQL : '',
    },
    ...(typeof prefer === 'string' && { prefer }),
  }
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw fault('invalid', `${name} must be an object`)
}

const optionalRecord = (value: unknown, name: string): Readonly<Record<string, unknown>> =>
  value === null || value === undefined ? {} : record(value, name)
