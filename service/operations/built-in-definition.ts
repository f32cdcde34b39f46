import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed } from '../fhir-service.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import type { ResourceContent } from '../resource/content.ts'
import { stringifyJson } from '../resource/json.ts'
import { SOFTWARE } from '../software.ts'
import { operationDefinition } from './operation-definition.ts'

/**
 * The definition of an operation of this service, which the statement names, as if it were stored: for reads that find
 * nothing else at the address. Searches don't find it. undefined: there is no such operation, or the caller may see no
 * OperationDefinition at all.
 */
export function builtInDefinition(
  { operationRegistry, policy }: ServiceContext,
  call: Call,
  { type, id }: ResourceKey,
): Revealed | undefined {
  if (type !== 'OperationDefinition') return undefined
  const operation = operationRegistry.byId(id)
  if (!operation || policy.visible(call, type).kind === 'nothing') return undefined
  const content = operationDefinition(operation, call.baseUrl) as ResourceContent
  return {
    type,
    id,
    versionId: VERSION,
    lastUpdated: Date.parse(SOFTWARE.date),
    method: 'PUT',
    deleted: false,
    compartments: [],
    securityLabels: [],
    body: stringifyJson(content),
    content: () => content,
  }
}

/** `1.2.3` as a number that grows with each release, so that no client keeps the definition of one before. */
const VERSION = SOFTWARE.version.split('.').reduce((number, part) => number * 1000 + Number.parseInt(part, 10), 0)
