/** Profiles, tags and security labels by themselves: R4 resource-operation-meta.html, -meta-add, -meta-delete. */
import { assertPermitted, notPermitted } from '../access/permit.ts'
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { Parameters, Revealed } from '../fhir-service.ts'
import { attemptWrite } from '../interactions/commit-write.ts'
import { contended } from '../interactions/if-match.ts'
import { notFound } from '../interactions/known-type.ts'
import { gone, read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { vread } from '../interactions/vread.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import type { JsonObject, JsonValue, ResourceContent } from '../resource/content.ts'
import { assertValid } from '../resource/validate.ts'
import type {
  Operation,
  OperationAnswer,
  OperationInvocation,
  OperationParameter,
  OperationRunner,
} from './operation.ts'

const RETURN: OperationParameter = {
  name: 'return',
  use: 'out',
  min: 1,
  max: 1,
  type: 'Meta',
  documentation: 'What is there, afterwards where the operation changes it',
}

const GIVEN: OperationParameter = {
  name: 'meta',
  use: 'in',
  min: 1,
  max: 1,
  type: 'Meta',
  documentation: 'Profiles, tags and security labels',
}

export const META: Operation = {
  name: 'meta',
  id: 'Resource-meta',
  title: 'Profiles, tags and security labels',
  description:
    'Of a resource or a version of it: its meta. Of a type or the system: all that its resources have, each once; ' +
    'where there are too many resources to look through, that is refused.',
  levels: ['system', 'type', 'instance', 'version'],
  types: 'Resource',
  affectsState: false,
  base: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  parameters: [RETURN],
  load: async () => meta,
}

export const META_ADD: Operation = {
  name: 'meta-add',
  id: 'Resource-meta-add',
  title: 'Add profiles, tags and security labels',
  description: 'Makes a new version, unless all of them are there already. Not of a version: versions never change.',
  levels: ['instance'],
  types: 'Resource',
  affectsState: true,
  base: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  parameters: [GIVEN, RETURN],
  load: async () => (context, call, invocation) => change(context, call, invocation, add),
}

export const META_DELETE: Operation = {
  name: 'meta-delete',
  id: 'Resource-meta-delete',
  title: 'Take profiles, tags and security labels away',
  description: 'Makes a new version, unless none of them is there. Not of a version: versions never change.',
  levels: ['instance'],
  types: 'Resource',
  affectsState: true,
  base: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  parameters: [GIVEN, RETURN],
  load: async () => (context, call, invocation) => change(context, call, invocation, remove),
}

const LISTS = ['profile', 'security', 'tag'] as const

/** More are not looked through for one answer. */
const RESOURCES_MAX = 10_000
const PAGE_SIZE = '1000'

const meta: OperationRunner = async (context, call, { type, id, versionId }) => {
  if (type === undefined || id === undefined) return answer(await metaOfAll(context, call, type))
  const found =
    versionId === undefined
      ? await read(context, call, { type, id })
      : await vread(context, call, { type, id, versionId })
  return answer(metaOf((found.version as Revealed).content()), found.version)
}

async function metaOfAll(context: ServiceContext, call: Call, type: string | undefined): Promise<JsonObject> {
  // By key: each resource may have labels of its own, and looking through all for each would cost the square.
  const all = LISTS.map(name => ({ name, values: new Map<string, JsonValue>() }))
  let seen = 0
  let parameters: Parameters | undefined = [['_count', PAGE_SIZE]]
  while (parameters) {
    const page = await search(context, call, { parameters, ...(type !== undefined && { type }) })
    for (const match of page.matches) {
      const found = metaOf(match.content())
      for (const { name, values } of all) {
        for (const value of listOf(found[name])) if (!values.has(keyOf(value))) values.set(keyOf(value), value)
      }
    }
    seen += page.matches.length
    parameters = page.next
    if (parameters && seen >= RESOURCES_MAX) {
      throw fault(
        'too-costly',
        `$meta looks through ${RESOURCES_MAX} resources at the most: ask of a type or a resource`,
      )
    }
  }
  return Object.fromEntries(all.flatMap(({ name, values }) => (values.size > 0 ? [[name, [...values.values()]]] : [])))
}

type Change = (meta: JsonObject, given: JsonObject) => JsonObject

/** A lost race is tried again on what the winner has left, since the lists are sets. */
async function change(
  context: ServiceContext,
  call: Call,
  { type = '', id = '', input }: OperationInvocation,
  changed: Change,
): Promise<OperationAnswer> {
  const definitions = context.definitions.for(call.tenant)
  assertPermitted(context.policy, call, 'update', type)
  const given = input.find('meta')?.value as JsonObject
  for (let attempt = 1; attempt <= context.limits.writeAttemptsMax; attempt++) {
    const [newest] = await context.ports.store.readNewest(call.tenant, [{ type, id }], call.deadline)
    const previous = await revealOne(context, call, newest)
    if (newest && !previous) throw notPermitted('update', type)
    if (!previous) throw notFound({ type, id })
    if (!isRevealed(previous)) throw gone(previous)
    const before = previous.content()
    const after = changed(metaOf(before), given)
    if (JSON.stringify(after) === JSON.stringify(metaOf(before))) return answer(after, previous)
    const content = assertValid(definitions, { ...before, meta: after }, { type })
    const { result } = await attemptWrite(context, call, { method: 'PATCH', type, id, content, previous })
    if (result) return answer(metaOf(result.version.content()), result.version)
  }
  throw contended({ type, id })
}

const metaOf = ({ meta: found }: ResourceContent): JsonObject => (found ?? {}) as JsonObject

const answer = (value: JsonObject, version?: VersionAttributes): OperationAnswer => ({
  kind: 'parameters',
  parameters: [{ name: 'return', ...(Object.keys(value).length > 0 && { valueMeta: value }) }],
  ...(version && { version }),
})

/** Two codings are one where system and code are, whatever they are displayed as. */
function keyOf(value: JsonValue): string {
  if (typeof value === 'string') return value
  const { system, code } = value as JsonObject
  return JSON.stringify([system ?? '', code ?? ''])
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])

function add(target: JsonObject, given: JsonObject): JsonObject {
  return withLists(target, name => {
    const there = listOf(target[name])
    const keys = new Set(there.map(keyOf))
    return [...there, ...listOf(given[name]).filter(value => keys.size < keys.add(keyOf(value)).size)]
  })
}

function remove(target: JsonObject, given: JsonObject): JsonObject {
  return withLists(target, name => {
    const keys = new Set(listOf(given[name]).map(keyOf))
    return listOf(target[name]).filter(value => !keys.has(keyOf(value)))
  })
}

/** R4 json.html: an array is never empty. */
function withLists(target: JsonObject, made: (name: (typeof LISTS)[number]) => JsonValue[]): JsonObject {
  const changed = { ...target }
  for (const name of LISTS) {
    const list = made(name)
    if (list.length > 0) changed[name] = list
    else delete changed[name]
  }
  return changed
}
