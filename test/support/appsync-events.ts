/** Events as AppSync sends them to a resolver's Lambda function. */
import type { JsonObject } from '#service/resource/content.ts'

export interface EventParts {
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly variables?: Readonly<Record<string, unknown>>
  readonly selection?: string
  readonly source?: JsonObject
}

/** `appsyncEvent('Query', 'Patient', { arguments: { id: '1' }, selection: '{ id }' })` */
export const appsyncEvent = (parentTypeName: string, fieldName: string, parts: EventParts = {}) => ({
  arguments: parts.arguments ?? {},
  identity: null,
  source: parts.source ?? null,
  request: { headers: { 'content-type': 'application/json' }, domainName: null },
  prev: null,
  info: {
    selectionSetList: [],
    selectionSetGraphQL: parts.selection ?? '',
    fieldName,
    parentTypeName,
    variables: parts.variables ?? {},
  },
  stash: {},
})
