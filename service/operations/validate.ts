/** R4 resource-operation-validate.html */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { type Fault, fault, type Issue, Fault as ServiceFault } from '../fault.ts'
import { read } from '../interactions/read.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../resource/content.ts'
import { encodeUtf8, stringifyJson } from '../resource/json.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { quote } from '../resource/quote.ts'
import { validateResource } from '../resource/validate.ts'
import { clashIssues, type WrittenParameter } from '../search/own-parameters/check-own-parameter.ts'
import type { Operation, OperationAnswer, OperationInvocation, OperationRunner } from './operation.ts'

const MODES = ['create', 'update', 'delete', 'profile'] as const

type Mode = (typeof MODES)[number]

export const VALIDATE: Operation = {
  name: 'validate',
  id: 'Resource-validate',
  title: 'Validate a resource',
  description:
    'Holds a resource against the base definition of its type: elements, cardinalities, formats, required bindings, ' +
    'reference targets, narrative. The resource comes alone or as the parameter `resource`; of an instance without ' +
    'one, what is stored is validated. Profiles, other invariants and other bindings are not looked at; an issue says so.',
  levels: ['type', 'instance'],
  types: 'Resource',
  affectsState: false,
  base: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  parameters: [
    { name: 'resource', use: 'in', min: 0, max: 1, type: 'Resource', documentation: 'What to validate' },
    {
      name: 'mode',
      use: 'in',
      min: 0,
      max: 1,
      type: 'code',
      documentation: 'create, update (of an instance: the id must be its own), delete (of an instance) or profile',
    },
    {
      name: 'profile',
      use: 'in',
      min: 0,
      max: '*',
      type: 'uri',
      documentation: 'The base definition; others are not looked at',
    },
    { name: 'return', use: 'out', min: 1, max: 1, type: 'OperationOutcome', documentation: 'What was found' },
  ],
  load: async () => validate,
}

const validate: OperationRunner = async (context, call, invocation) => {
  const mode = modeOf(invocation)
  if (mode === 'delete') return answer(await deletionIssues(context, call, invocation))
  const content = await contentOf(context, call, invocation)
  const { type = '', input } = invocation
  const definitions = context.definitions.for(call.tenant)
  const { issues, resource } = validateResource(definitions, content, { type })
  const clashes =
    resource?.resourceType === 'SearchParameter' ? clashIssues(definitions, [writtenAs(mode, resource)]) : []
  return answer([
    ...issues,
    ...clashes,
    ...identityIssues(invocation, mode, content),
    ...input.texts('profile').flatMap(profile => profileIssues(definitions, type, profile)),
  ])
}

const writtenAs = (mode: Mode | undefined, content: ResourceContent): WrittenParameter => ({
  id: mode !== 'create' && typeof content.id === 'string' ? content.id : undefined,
  content,
})

const answer = (issues: readonly Issue[]): OperationAnswer => ({
  kind: 'resource',
  body: encodeUtf8(stringifyJson(operationOutcome(issues))),
})

function modeOf({ input, id }: OperationInvocation): Mode | undefined {
  const text = input.text('mode')
  if (text === undefined) return undefined
  const mode = MODES.find(each => each === text)
  if (!mode) throw refusal('mode', `mode is one of ${MODES.join(', ')}, not ${quote(text)}`)
  if (mode === 'delete' && id === undefined) throw refusal('mode', 'Whether it may be deleted is asked of an instance')
  if (mode === 'profile' && input.text('profile') === undefined)
    throw refusal('profile', 'mode profile needs the parameter profile')
  return mode
}

const refusal = (parameter: string, diagnostics: string): Fault =>
  fault('invalid', diagnostics, { code: 'value', expression: [parameter] })

async function contentOf(context: ServiceContext, call: Call, { input, type = '', id }: OperationInvocation) {
  const given = input.find('resource')?.resource
  if (given) return given
  if (id === undefined)
    throw fault('invalid', '$validate needs the parameter resource', { code: 'required', expression: ['resource'] })
  const result = await read(context, call, { type, id })
  return result.kind === 'found' ? result.version.content() : null
}

function identityIssues({ id, type = '' }: OperationInvocation, mode: Mode | undefined, content: JsonValue): Issue[] {
  const own = (content as JsonObject | null)?.id
  const expression = [`${type}.id`]
  if (mode === 'create' && own !== undefined)
    return [{ severity: 'information', code: 'informational', diagnostics: 'A create replaces the id', expression }]
  if (mode !== 'update' || (id === undefined ? own !== undefined : own === id)) return []
  const diagnostics = id === undefined ? 'An update needs an id' : `An update needs the id of its address, ${quote(id)}`
  return [{ severity: 'error', code: 'value', diagnostics, expression }]
}

const BASE = /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/([A-Za-z]+)(?:\|4\.0(?:\.1)?)?$/

/** A base definition is a profile, too: that of the type is what was looked at. */
function profileIssues(definitions: Definitions, type: string, profile: string): Issue[] {
  const base = BASE.exec(profile)?.[1]
  if (base === type || base === 'Resource' || base === 'DomainResource') return []
  const expression = ['profile']
  if (base !== undefined && definitions.isResourceType(base))
    return [{ severity: 'error', code: 'value', diagnostics: `The profile is of ${base}, not of ${type}`, expression }]
  const diagnostics = `The profile ${quote(profile)} was not looked at: this server validates against base definitions only`
  return [{ severity: 'warning', code: 'not-supported', diagnostics, expression }]
}

/** Deleting what is there is permitted or not; what is not there is no mistake. */
async function deletionIssues(
  context: ServiceContext,
  call: Call,
  { type = '', id = '' }: OperationInvocation,
): Promise<Issue[]> {
  if (!context.policy.permits(call, 'delete', type))
    return [{ severity: 'error', code: 'forbidden', diagnostics: `The caller may not delete this ${type}` }]
  try {
    await read(context, call, { type, id })
    return []
  } catch (error) {
    if (!ServiceFault.is(error)) throw error
    return [{ severity: 'information', code: 'informational', diagnostics: `There is no ${type}/${id} to delete` }]
  }
}
