/** From a posted Bundle to entries that each name one interaction. R4 bundle.html, http.html#transaction */
import type { ServiceContext } from '../context.ts'
import type { Definitions } from '../definitions.ts'
import { parseEntityTags } from '../entity-tag.ts'
import { Fault, fault, type Issue } from '../fault.ts'
import type { VersionMatch } from '../fhir-service.ts'
import { type Interaction, parseInteraction } from '../interaction-request.ts'
import { parseQueryString } from '../query-string.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { ISSUES_MAX } from '../resource/issue-list.ts'
import { isJsonObject } from '../resource/json.ts'
import { assertValid, validateResource } from '../resource/validate.ts'
import { atEntry } from './entry-fault.ts'

/** What an entry may ask for. */
export type EntryInteraction = Extract<
  Interaction,
  {
    readonly kind:
      | 'read'
      | 'vread'
      | 'history'
      | 'search'
      | 'search-system'
      | 'search-compartment'
      | 'create'
      | 'update'
      | 'delete'
      | 'capabilities'
      | 'operation'
      | 'patch'
      | 'conditional-update'
      | 'conditional-patch'
      | 'conditional-delete'
  }
>

export interface BundleEntry {
  readonly index: number
  readonly fullUrl: string | undefined
  /** As in request: upper case, for messages. */
  readonly method: string
  /** Below the base. */
  readonly url: string
  readonly interaction: EntryInteraction
  /** Of a create, an update, a patch, or an operation that is given one; not validated. */
  readonly resource: JsonValue | undefined
  readonly ifNoneExist: string | undefined
  readonly ifMatch: VersionMatch | undefined
  readonly ifNoneMatch: readonly string[] | undefined
  readonly ifModifiedSince: number | undefined
  /** A create that is left out where the entry of this index writes nothing; never of a client's making. */
  readonly follows?: number
}

/** An entry that can't be run; its fault speaks of the Bundle. */
export interface RefusedEntry {
  readonly index: number
  readonly refusal: Fault
}

export interface ParsedBundle {
  readonly type: 'transaction' | 'batch'
  readonly entries: readonly (BundleEntry | RefusedEntry)[]
}

export const isRefused = (entry: BundleEntry | RefusedEntry): entry is RefusedEntry => 'refusal' in entry

/**
 * Resources are left for later: a transaction validates them together, a batch each for itself.
 * @throws Fault where the Bundle as a whole is none that can be processed.
 */
export function parseBundle(
  { limits }: Pick<ServiceContext, 'limits'>,
  definitions: Definitions,
  baseUrl: string,
  content: JsonValue,
): ParsedBundle {
  const bundle = isJsonObject(content) && content.resourceType === 'Bundle' ? content : undefined
  if (!bundle) throw notBundle(definitions, content)
  const entries = Array.isArray(bundle.entry) ? bundle.entry : []
  if (entries.length > limits.entriesMax) {
    throw fault('too-large', `A Bundle may have ${limits.entriesMax} entries, and this one has ${entries.length}`, {
      expression: ['Bundle.entry'],
    })
  }
  const refusals = shellRefusals(definitions, bundle)
  const type = typeOf(bundle)
  const parsed = entries.map((entry, index) => {
    const refusal = refusals.get(index)
    return refusal ? { index, refusal } : parseEntry(index, entry as JsonObject, baseUrl)
  })
  return { type, entries: refuseSharedFullUrls(parsed) }
}

function notBundle(definitions: Definitions, content: JsonValue): Fault {
  assertValid(definitions, content, { type: 'Bundle' })
  return fault('invalid', 'What is posted to the base must be a Bundle', { expression: ['Bundle'] })
}

function typeOf({ type }: JsonObject): 'transaction' | 'batch' {
  if (type === 'transaction' || type === 'batch') return type
  throw fault('invalid', `A Bundle posted to the base is a transaction or a batch, not '${String(type)}'`, {
    code: 'value',
    expression: ['Bundle.type'],
  })
}

const ENTRY_PATH = /^Bundle\.entry\[(\d+)\]/

/**
 * Validates all but the resources inside; what is wrong with single entries comes back by their index.
 * @throws Fault unprocessable where something else is wrong.
 */
function shellRefusals(definitions: Definitions, bundle: JsonObject): ReadonlyMap<number, Fault> {
  const { issues, resource } = validateResource(definitions, shellOf(bundle), { type: 'Bundle' })
  if (resource) return new Map()
  const byEntry = new Map<number, Issue[]>()
  for (const issue of issues) {
    if (issue.severity !== 'error' && issue.severity !== 'fatal') continue
    const index = ENTRY_PATH.exec(issue.expression?.[0] ?? '')?.[1]
    if (index === undefined) throw new Fault('unprocessable', issues)
    const known = byEntry.get(Number(index))
    if (known) known.push(issue)
    else byEntry.set(Number(index), [issue])
  }
  // Validation lists no more: behind them other entries may be wrong, too.
  if (issues.length >= ISSUES_MAX) throw new Fault('unprocessable', issues)
  return new Map([...byEntry].map(([index, found]) => [index, new Fault('unprocessable', found)]))
}

/** For an entry of nothing else, which is refused later for want of a request, and not as empty. */
const RESOURCE_ONLY: JsonObject = { fullUrl: 'urn:oid:2.25' }

function shellOf(bundle: JsonObject): JsonObject {
  if (!Array.isArray(bundle.entry)) return bundle
  const entry = bundle.entry.map(item => {
    if (!isJsonObject(item)) return item
    const { resource, ...rest } = item
    return resource !== undefined && Object.keys(rest).length === 0 ? RESOURCE_ONLY : rest
  })
  return { ...bundle, entry }
}

function parseEntry(index: number, entry: JsonObject, baseUrl: string): BundleEntry | RefusedEntry {
  try {
    return readEntry(index, entry, baseUrl)
  } catch (error) {
    if (Fault.is(error)) return { index, refusal: atEntry(index, error, 'request.url') }
    throw error
  }
}

/** The shell is valid: elements that are there have their type. */
function readEntry(index: number, entry: JsonObject, baseUrl: string): BundleEntry {
  const request = entry.request as JsonObject | undefined
  const path = `Bundle.entry[${index}]`
  if (!request) throw required(`${path}.request`, 'Each entry of a transaction or batch needs a request')
  const method = textOf(request.method) ?? ''
  const url = urlBelow(baseUrl, textOf(request.url) ?? '')
  const question = url.indexOf('?')
  const query = question < 0 ? '' : url.slice(question + 1)
  const address = question < 0 ? url : url.slice(0, question)
  const interaction = entryInteraction(path, method, parseInteraction(method, address, parseQueryString(query)))
  const { kind } = interaction
  const resource = TAKING_RESOURCES.has(kind) ? entry.resource : undefined
  if (NEEDING_RESOURCES.has(kind) && resource === undefined) {
    throw required(`${path}.resource`, `${method} ${url} needs a resource`)
  }
  const fullUrl = textOf(entry.fullUrl)
  if (fullUrl?.includes('/_history/')) {
    throw fault('invalid', `A fullUrl names no version, as '${fullUrl}' does`, { expression: [`${path}.fullUrl`] })
  }
  return { index, fullUrl, method, url, interaction, resource, ...conditionsOf(path, kind, request) }
}

const NEEDING_RESOURCES: ReadonlySet<Interaction['kind']> = new Set([
  ...(['create', 'update', 'patch', 'conditional-update', 'conditional-patch'] as const),
])
const TAKING_RESOURCES: ReadonlySet<Interaction['kind']> = new Set([...NEEDING_RESOURCES, 'operation'])

const textOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

const required = (path: string, diagnostics: string): Fault =>
  fault('invalid', diagnostics, { code: 'required', expression: [path] })

/** Relative to the base, however it was written. */
function urlBelow(baseUrl: string, url: string): string {
  if (url === baseUrl) return ''
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\//, '')
}

function entryInteraction(path: string, method: string, interaction: Interaction): EntryInteraction {
  switch (interaction.kind) {
    case 'search':
    case 'search-system':
    case 'search-compartment':
      if (method !== 'POST') return interaction
      throw unsupported(path, 'A search in a Bundle is a GET with its parameters in the URL')
    case 'bundle':
      throw fault('invalid', 'A Bundle is no entry of a Bundle to be processed', {
        expression: [`${path}.request.url`],
      })
    case 'read':
    case 'vread':
    case 'history':
    case 'create':
    case 'update':
    case 'delete':
    case 'capabilities':
    case 'operation':
    case 'patch':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return interaction
    default:
      throw unsupported(path, `${interaction.kind} is not supported in a Bundle`)
  }
}

const unsupported = (path: string, diagnostics: string): Fault =>
  fault('unsupported', diagnostics, { expression: [`${path}.request`] })

type Conditions = Pick<BundleEntry, 'ifNoneExist' | 'ifMatch' | 'ifNoneMatch' | 'ifModifiedSince'>

const KINDS_BY_CONDITION: Readonly<Record<keyof Conditions, readonly EntryInteraction['kind'][]>> = {
  ifNoneExist: ['create'],
  ifMatch: ['update', 'delete', 'patch', 'conditional-update', 'conditional-patch', 'conditional-delete'],
  ifNoneMatch: ['read', 'vread'],
  ifModifiedSince: ['read', 'vread'],
}

/** A condition that would have no effect is refused: its sender counts on it. */
function conditionsOf(path: string, kind: EntryInteraction['kind'], request: JsonObject): Conditions {
  for (const [name, kinds] of Object.entries(KINDS_BY_CONDITION)) {
    if (request[name] === undefined || kinds.includes(kind)) continue
    throw fault('invalid', `${name} has no meaning for ${kind}`, { expression: [`${path}.request.${name}`] })
  }
  const ifMatch = textOf(request.ifMatch)
  const ifNoneMatch = textOf(request.ifNoneMatch)
  const ifModifiedSince = textOf(request.ifModifiedSince)
  return {
    ifNoneExist: textOf(request.ifNoneExist),
    ifMatch: ifMatch === undefined ? undefined : versionsOf(parseEntityTags(ifMatch, 'ifMatch')),
    ifNoneMatch: ifNoneMatch === undefined ? undefined : parseEntityTags(ifNoneMatch, 'ifNoneMatch'),
    ifModifiedSince: ifModifiedSince === undefined ? undefined : Date.parse(ifModifiedSince),
  }
}

const versionsOf = (tags: readonly string[]): VersionMatch => (tags.length === 1 ? (tags[0] ?? '') : tags)

/** R4 bundle.html, bdl-7: a fullUrl is there once. */
function refuseSharedFullUrls(
  entries: readonly (BundleEntry | RefusedEntry)[],
): readonly (BundleEntry | RefusedEntry)[] {
  const first = new Map<string, number>()
  return entries.map(entry => {
    if (isRefused(entry) || entry.fullUrl === undefined) return entry
    const other = first.get(entry.fullUrl)
    if (other === undefined) {
      first.set(entry.fullUrl, entry.index)
      return entry
    }
    const { index, fullUrl } = entry
    const refusal = fault(
      'invalid',
      `Bundle.entry[${other}] and Bundle.entry[${index}] have one fullUrl, '${fullUrl}'`,
      {
        code: 'duplicate',
        expression: [`Bundle.entry[${other}].fullUrl`, `Bundle.entry[${index}].fullUrl`],
      },
    )
    return { index, refusal }
  })
}
