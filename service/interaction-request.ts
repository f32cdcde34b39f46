/** From a FHIR URL to what it asks for: one grammar for the REST door and for bundle entries. R4 http.html#summary */
import { type Fault, fault } from './fault.ts'
import type { Parameters, View } from './fhir-service.ts'
import { ID_LENGTH_MAX } from './limits.ts'

export type Interaction =
  | { readonly kind: 'capabilities' }
  /** The OpenAPI document. */
  | { readonly kind: 'api-description' }
  | { readonly kind: 'read'; readonly type: string; readonly id: string; readonly view: View }
  | {
      readonly kind: 'vread'
      readonly type: string
      readonly id: string
      readonly versionId: string
      readonly view: View
    }
  | { readonly kind: 'create'; readonly type: string }
  | { readonly kind: 'update'; readonly type: string; readonly id: string }
  | { readonly kind: 'patch'; readonly type: string; readonly id: string }
  | { readonly kind: 'delete'; readonly type: string; readonly id: string }
  | { readonly kind: 'conditional-update'; readonly type: string; readonly parameters: Parameters }
  | { readonly kind: 'conditional-patch'; readonly type: string; readonly parameters: Parameters }
  | { readonly kind: 'conditional-delete'; readonly type: string; readonly parameters: Parameters }
  /** type and id absent: of the system; id absent: of the type. */
  | { readonly kind: 'history'; readonly type?: string; readonly id?: string; readonly parameters: Parameters }
  /** `GET Patient?...`, or `POST Patient/_search`, where the door adds the parameters of the form body. */
  | { readonly kind: 'search'; readonly type: string; readonly parameters: Parameters }
  | { readonly kind: 'search-system'; readonly parameters: Parameters }
  | {
      readonly kind: 'search-compartment'
      readonly compartment: { readonly type: string; readonly id: string }
      /** `*`: every type. */
      readonly type: string
      readonly parameters: Parameters
    }
  /** What has become of a request that was answered with 202, and giving it up: R4 async.html. */
  | { readonly kind: 'job-status'; readonly id: string }
  | { readonly kind: 'job-cancel'; readonly id: string }
  /** A Bundle posted to the base. */
  | { readonly kind: 'bundle' }
  /** The name has no '$'. `graphql` among them, at the system or on an instance. */
  | {
      readonly kind: 'operation'
      readonly name: string
      readonly type?: string
      readonly id?: string
      readonly versionId?: string
      readonly parameters: Parameters
    }

export type InteractionKind = Interaction['kind']

/** `_jobs/{id}` is where the status of a job is. */
export const JOBS_SEGMENT = '_jobs'

const TYPE = /^[A-Z][A-Za-z]*$/
/** R4 datatypes.html#id, less `.` and `..`: clients take those out of every URL (RFC 3986, 5.2.4). */
const ID = /^(?!\.{1,2}$)[A-Za-z0-9.-]{1,64}$/
const OPERATION = /^\$[A-Za-z][A-Za-z0-9-]*$/

export const isResourceId = (text: string): boolean => ID.test(text)

/** Until the parameters are looked at. */
const FULL_VIEW: View = Object.freeze({})

/** What one address answers, by method; HEAD goes wherever GET goes. */
type Methods = Readonly<Record<string, Interaction | undefined>>

/**
 * @param method as in HTTP: upper case.
 * @param path relative to the base, as in the URL (percent escapes undone here), without query; a slash at either end
 * is no matter.
 * @param parameters of the query, decoded.
 * @throws Fault not-found where the path is no FHIR address, method-not-allowed (with allow) where it has no such
 * method. Whether R4 has the type is for the interaction to say.
 */
export function parseInteraction(method: string, path: string, parameters: Parameters): Interaction {
  const segments = segmentsOf(path)
  const methods = segments && methodsOf(segments, parameters)
  if (!methods) throw fault('not-found', `There is no FHIR address '${path}' below the base${idHint(segments)}`)
  const name = method === 'HEAD' ? 'GET' : method
  const interaction = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!interaction) throw methodNotAllowed(method, path, methods)
  const { kind } = interaction
  return kind === 'read' || kind === 'vread' ? { ...interaction, view: viewOf(parameters) } : interaction
}

function segmentsOf(path: string): readonly string[] | undefined {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '')
  if (trimmed === '') return []
  try {
    return trimmed.split('/').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** An id that is too long, or has other characters, makes an address that is none. */
function idHint([type, id]: readonly string[] = []): string {
  if (type === undefined || !TYPE.test(type) || id === undefined || /^[_$*]/.test(id) || ID.test(id)) return ''
  return `: an id has 1 to ${ID_LENGTH_MAX} of the letters, digits, '-' and '.'`
}

function methodNotAllowed(method: string, path: string, methods: Methods): Fault {
  const names = Object.keys(methods)
  const allow = names.includes('GET') ? ['GET', 'HEAD', ...names.filter(name => name !== 'GET')] : names
  const others = allow.length > 0 ? `, but ${allow.join(', ')}` : ''
  return fault('method-not-allowed', `'${path}' does not take ${method}${others}`, { allow })
}

function methodsOf(segments: readonly string[], parameters: Parameters): Methods | undefined {
  const [first, ...rest] = segments
  if (first === undefined) return { GET: { kind: 'search-system', parameters }, POST: { kind: 'bundle' } }
  if (TYPE.test(first)) return typeMethods(first, rest, parameters)
  if (first === JOBS_SEGMENT) return jobMethods(rest)
  if (rest.length > 0) return undefined
  if (first === 'metadata') return { GET: { kind: 'capabilities' } }
  if (first === 'api-docs') return { GET: { kind: 'api-description' } }
  if (first === '_history') return { GET: { kind: 'history', parameters } }
  if (first === '_search') return { POST: { kind: 'search-system', parameters } }
  return operationMethods(first, { parameters })
}

function jobMethods([id, ...more]: readonly string[]): Methods | undefined {
  if (id === undefined || more.length > 0) return undefined
  return { GET: { kind: 'job-status', id }, DELETE: { kind: 'job-cancel', id } }
}

function typeMethods(type: string, rest: readonly string[], parameters: Parameters): Methods | undefined {
  const [second, ...more] = rest
  if (second === undefined) {
    return {
      GET: { kind: 'search', type, parameters },
      POST: { kind: 'create', type },
      PUT: { kind: 'conditional-update', type, parameters },
      PATCH: { kind: 'conditional-patch', type, parameters },
      DELETE: { kind: 'conditional-delete', type, parameters },
    }
  }
  if (ID.test(second)) return instanceMethods(type, second, more, parameters)
  if (more.length > 0) return undefined
  if (second === '_search') return { POST: { kind: 'search', type, parameters } }
  if (second === '_history') return { GET: { kind: 'history', type, parameters } }
  return operationMethods(second, { type, parameters })
}

function instanceMethods(
  type: string,
  id: string,
  rest: readonly string[],
  parameters: Parameters,
): Methods | undefined {
  const [third, fourth, fifth, ...more] = rest
  if (third === undefined) {
    return {
      GET: { kind: 'read', type, id, view: FULL_VIEW },
      PUT: { kind: 'update', type, id },
      PATCH: { kind: 'patch', type, id },
      DELETE: { kind: 'delete', type, id },
    }
  }
  if (third === '_history') return historyMethods({ type, id }, [fourth, fifth, ...more], parameters)
  if (third === '*' || TYPE.test(third)) {
    const found: Interaction = { kind: 'search-compartment', compartment: { type, id }, type: third, parameters }
    if (fourth === undefined) return { GET: found }
    return fourth === '_search' && fifth === undefined ? { POST: found } : undefined
  }
  return fourth === undefined ? operationMethods(third, { type, id, parameters }) : undefined
}

function historyMethods(
  key: { readonly type: string; readonly id: string },
  rest: readonly (string | undefined)[],
  parameters: Parameters,
): Methods | undefined {
  const [versionId, operation, ...more] = rest
  if (versionId === undefined) return { GET: { kind: 'history', ...key, parameters } }
  if (more.length > 0) return undefined
  if (operation !== undefined) return operationMethods(operation, { ...key, versionId, parameters })
  return { GET: { kind: 'vread', ...key, versionId, view: FULL_VIEW } }
}

function operationMethods(
  segment: string,
  target: {
    readonly type?: string
    readonly id?: string
    readonly versionId?: string
    readonly parameters: Parameters
  },
): Methods | undefined {
  if (!OPERATION.test(segment)) return undefined
  const operation: Interaction = { kind: 'operation', name: segment.slice(1), ...target }
  return { GET: operation, POST: operation }
}

const SUMMARIES = ['true', 'text', 'data', 'false'] as const

/**
 * The view that a read asks for by `_summary` and `_elements`.
 * @throws Fault invalid on a `_summary` that one resource can't have.
 */
export function viewOf(parameters: Parameters): View {
  let view: View = {}
  for (const [name, value] of parameters) {
    if (name === '_summary') {
      const summary = SUMMARIES.find(one => one === value)
      if (!summary) throw badSummary(value)
      view = { ...view, summary }
    } else if (name === '_elements') {
      const elements = value.split(',').filter(element => element !== '')
      view = { ...view, elements: [...(view.elements ?? []), ...elements] }
    }
  }
  return view
}

const badSummary = (value: string): Fault =>
  fault('invalid', `_summary of a single resource is one of true, text, data, false, not '${value}'`, {
    code: 'value',
    expression: ['_summary'],
  })
