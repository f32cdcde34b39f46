/**
 * Which interactions may make use of a tenant's own search parameters: those alone ask a store for the newest that does
 * not have them at hand. In doubt they do.
 */
import type { Definitions } from '../../definitions.ts'
import type { Parameters } from '../../fhir-service.ts'
import { parseQueryString } from '../../query-string.ts'
import type { JsonValue } from '../../resource/content.ts'
import { controlOf } from '../parse-controls.ts'

/** @param base the definitions without own parameters. */
export type UsesOwn = (base: Definitions) => boolean

export const ALWAYS: UsesOwn = () => true
export const NEVER: UsesOwn = () => false

/** A write of this type, where it decides by a condition: its text. */
export const usedByWrite =
  (type: string, condition?: string): UsesOwn =>
  base =>
    // Whether it may take effect is decided by those that have.
    type === 'SearchParameter' || (condition !== undefined && usesOthers(base, type, conditionOf(type, condition)))

/** A search of the type, or of several. */
export const usedBySearch =
  (type: string | undefined, parameters: Parameters): UsesOwn =>
  base =>
    usesOthers(base, type, parameters)

/** A Bundle: not where none of its requests and references is a search or an operation, or about SearchParameters. */
export const usedByBundle =
  (content: JsonValue): UsesOwn =>
  () =>
    mayAsk(content)

function mayAsk(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(mayAsk)
  return Object.entries(value).some(([name, member]) =>
    typeof member === 'string' ? isAsking(name, member) : name === 'ifNoneExist' || mayAsk(member),
  )
}

function isAsking(name: string, text: string): boolean {
  switch (name) {
    case 'ifNoneExist':
      return true
    case 'url':
    case 'reference':
      return /[?$]|^SearchParameter\b/.test(text)
    case 'resourceType':
      return text === 'SearchParameter'
    default:
      return false
  }
}

const conditionOf = (type: string, text: string): Parameters =>
  parseQueryString(text.startsWith(`${type}?`) ? text.slice(type.length + 1) : text.replace(/^\?/, ''))

/** Whether it names anything but parameters of R4 in their plain forms. */
const usesOthers = (base: Definitions, type: string | undefined, parameters: Parameters): boolean =>
  type === undefined || !base.isResourceType(type) || !parameters.every(parameter => isPlain(base, type, parameter))

/** Without a join and without a list of names in its value. */
function isPlain(base: Definitions, type: string, [name, value]: Parameters[number]): boolean {
  const isOfType = (code: string): boolean => base.searchParameters(type).has(code)
  const [code = '', ...modifiers] = name.split(':')
  if (name === '_sort') return value.split(',').every(key => isOfType(key.replace(/^-/, '')))
  if (name === '_include' || name === '_revinclude') return isPlainInclude(base, value)
  if (name.includes('.') || modifiers.length > 1) return false
  return isOfType(code) || (controlOf(code) !== undefined && !NAMING.has(code))
}

/** Their values name parameters. */
const NAMING: ReadonlySet<string> = new Set(['_sort', '_include', '_revinclude', '_filter', '_has', '_query'])

/** `Observation:subject`, `Observation:subject:Patient` */
function isPlainInclude(base: Definitions, value: string): boolean {
  const [source = '', code = ''] = value.split(':')
  return base.isResourceType(source) && base.searchParameters(source).has(code)
}
