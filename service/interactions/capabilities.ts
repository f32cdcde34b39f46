/** The CapabilityStatement: what this service runs, from the tables that it runs on. R4 capabilitystatement.html */
import { assertPermitted } from '../access/permit.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions, SearchParameter } from '../definitions.ts'
import type { OperationDeclaration } from '../operations/operation.ts'
import { definitionUrl } from '../operations/operation-definition.ts'
import type { OperationRegistry } from '../operations/registry.ts'
import type { JsonObject } from '../resource/content.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { toldDefinitions } from '../search/own-parameters/told-definitions.ts'
import { controlOf } from '../search/parse-controls.ts'
import { SOFTWARE } from '../software.ts'

/**
 * R4 http.html#capabilities. The statement is made once for each set of definitions; only the base URL is the call's.
 */
export async function capabilities(context: ServiceContext, call: Call): Promise<Uint8Array> {
  assertPermitted(context.policy, call, 'capabilities', undefined)
  const made = statementOf(context, toldDefinitions(context, call))
  return encodeUtf8(made.join(JSON.stringify(call.baseUrl).slice(1, -1)))
}

/** The text of a statement where the base URL is left out. */
type StatementText = readonly string[]

const STATEMENTS = new WeakMap<OperationRegistry, WeakMap<Definitions, StatementText>>()

function statementOf(context: ServiceContext, definitions: Definitions): StatementText {
  const { operationRegistry: registry } = context
  const known = STATEMENTS.get(registry) ?? new WeakMap<Definitions, StatementText>()
  STATEMENTS.set(registry, known)
  const made = known.get(definitions) ?? statementAround(context, definitions)
  known.set(definitions, made)
  return made
}

/** Stands for the base URL in the text; no definition has such a string. */
const BASE_URL = '\u0000base\u0000'

const statementAround = (context: ServiceContext, definitions: Definitions): StatementText =>
  stringifyJson(capabilityStatement(context, definitions, BASE_URL)).split(JSON.stringify(BASE_URL).slice(1, -1))

function capabilityStatement(context: ServiceContext, definitions: Definitions, baseUrl: string): JsonObject {
  const { operationRegistry: registry } = context
  const revincludes = revincludesByTarget(definitions)
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: SOFTWARE.date,
    kind: 'instance',
    software: { name: SOFTWARE.name, version: SOFTWARE.version },
    implementation: { description: `${SOFTWARE.name}: FHIR REST and GraphQL over one service`, url: baseUrl },
    fhirVersion: definitions.fhirVersion,
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    patchFormat: [
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/xml-patch+xml',
      'application/fhir+json',
      'application/fhir+xml',
    ],
    rest: [
      {
        mode: 'server',
        resource: definitions.servedTypes.map(type => ({
          ...resourceOf(context, definitions, type, revincludes.get(type) ?? []),
          ...operationElements(
            registry.all.filter(operation => isOfType(operation, type)),
            baseUrl,
          ),
        })),
        interaction: codes(['transaction', 'batch', 'search-system', 'history-system']),
        searchParam: SYSTEM_PARAMETERS,
        compartment: definitions.compartmentTypes.map(
          type => `http://hl7.org/fhir/CompartmentDefinition/${type.charAt(0).toLowerCase()}${type.slice(1)}`,
        ),
        ...operationElements(
          registry.all.filter(({ levels }) => levels.includes('system')),
          baseUrl,
        ),
      },
    ],
  }
}

/** R4 search.html#all: those that no resource type defines. */
const SYSTEM_PARAMETERS: JsonObject[] = [
  { name: '_filter', type: 'special', documentation: 'R4 search_filter.html' },
  { name: '_list', type: 'special', documentation: 'Ids of stored lists; no functional lists' },
  { name: '_text', type: 'string', documentation: 'Words of the narrative, in any order' },
  { name: '_content', type: 'string', documentation: 'Words of the whole resource, in any order' },
  { name: '_type', type: 'special', documentation: 'In a search of the system or of a whole compartment' },
]

const isOfType = ({ levels, types }: OperationDeclaration, type: string): boolean =>
  (types === 'Resource' || types.includes(type)) && levels.some(level => level !== 'system')

const operationElements = (operations: readonly OperationDeclaration[], baseUrl: string): JsonObject =>
  operations.length === 0
    ? {}
    : { operation: operations.map(each => ({ name: each.name, definition: definitionUrl(each, baseUrl) })) }

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
]

const codes = (names: readonly string[]): JsonObject[] => names.map(code => ({ code }))

function resourceOf(
  { rules }: ServiceContext,
  definitions: Definitions,
  type: string,
  searchRevInclude: string[],
): JsonObject {
  const parameters = [...definitions.searchParameters(type).values()]
  const references = parameters.filter(({ kind }) => kind === 'reference').map(({ code }) => `${type}:${code}`)
  return {
    type,
    interaction: codes(INTERACTIONS),
    versioning: rules.ifMatch === 'required' ? 'versioned-update' : 'versioned',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: rules.conditionalDeleteMax > 1 ? 'multiple' : 'single',
    referencePolicy:
      rules.referenceIntegrity === 'enforced' ? ['literal', 'logical', 'enforced'] : ['literal', 'logical'],
    ...(references.length > 0 && { searchInclude: ['*', ...references] }),
    ...(searchRevInclude.length > 0 && { searchRevInclude }),
    searchParam: parameters
      .filter(isSearchable)
      .map(({ code, table, kind }) => ({ name: code, definition: table.url, type: kind })),
  }
}

/** What parseSearch takes. */
const isSearchable = ({ code }: SearchParameter): boolean => controlOf(code) === undefined

/** Parameters that may point to any type work, too, but each would have to be said 146 times. */
function revincludesByTarget(definitions: Definitions): ReadonlyMap<string, string[]> {
  const byTarget = new Map<string, string[]>()
  for (const type of definitions.servedTypes) {
    for (const { code, kind, targets } of definitions.searchParameters(type).values()) {
      if (kind !== 'reference') continue
      for (const target of targets ?? []) {
        const known = byTarget.get(target)
        if (known) known.push(`${type}:${code}`)
        else byTarget.set(target, [`${type}:${code}`])
      }
    }
  }
  return byTarget
}
