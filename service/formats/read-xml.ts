/** From XML to content, as JSON would have it; everything wrong is told with its line. R4 xml.html */
import type { SaxesAttributeNS, SaxesTagNS } from 'saxes'
import type { Definitions } from '../definitions.ts'
import { Fault, type Issue, type IssueCode } from '../fault.ts'
import { JSON_DEPTH_MAX } from '../limits.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { ISSUES_MAX } from '../resource/issue-list.ts'
import { parseJson } from '../resource/json.ts'
import { nearestName } from '../resource/nearest-name.ts'
import { quote } from '../resource/quote.ts'
import { createXmlParser } from './xml-parser.ts'
import {
  FHIR_NAMESPACE,
  getSlots,
  XHTML_NAMESPACE,
  type XmlSchema,
  type XmlSlot,
  type XmlSlots,
  xmlSchema,
} from './xml-slots.ts'

/**
 * The resource, not validated: values are what JSON would hold where they have the form of their type, else text.
 * Elements may come in any order; JSON keeps none either.
 * @throws Fault invalid with line and column where the text is no XML or holds a DTD, unprocessable with an issue for
 * each element or attribute that is none of its type.
 */
export const readXml = (definitions: Definitions, text: string): JsonObject => new XmlReader(definitions, text).read()

/** The parser looks namespaces up element by element: without a limit a deep narrative would cost the square. */
const DIV_DEPTH_MAX = 200

const XSI_NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance'

interface Frame {
  /** root: around everything. holder: around a resource. ignored: below what was refused. */
  readonly kind: 'root' | 'object' | 'primitive' | 'holder' | 'ignored'
  readonly slots: XmlSlots | undefined
  /** As what it stands in the frame around it; undefined for a resource. */
  readonly slot: XmlSlot | undefined
  readonly object: JsonObject
  /** Of FHIRPath, for issues: `name[0]`. */
  readonly step: string
  readonly line: number
  readonly column: number
  /** The attribute of a primitive. */
  value: JsonValue | undefined
  /** Of a holder, or of the root: what was found inside. */
  resource: JsonObject | undefined
  hasText: boolean
}

class Stop extends Error {}

class XmlReader {
  readonly #definitions: Definitions
  readonly #schema: XmlSchema
  readonly #text: string
  readonly #parser = createXmlParser(problem => this.#notXml(problem))
  readonly #issues: Issue[] = []
  readonly #frames: Frame[] = []
  /** Where the tag that is being read begins. */
  #tagStart = 0
  #tagLine = 1
  #tagColumn = 1
  /** How many elements of xhtml are open. */
  #divDepth = 0
  #divStart = 0

  constructor(definitions: Definitions, text: string) {
    this.#definitions = definitions
    this.#schema = xmlSchema(definitions)
    this.#text = text
  }

  read(): JsonObject {
    const root = this.#push('root', undefined, undefined, {}, '')
    this.#listen()
    try {
      this.#parser.write(this.#text).close()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
    }
    if (this.#issues.length > 0) throw new Fault('unprocessable', this.#issues)
    if (!root.resource) throw this.#notXml('there is no element')
    return root.resource
  }

  #listen(): void {
    const parser = this.#parser
    parser.on('opentagstart', () => {
      this.#tagStart = this.#text.lastIndexOf('<', parser.position - 1)
      this.#tagLine = parser.line
      this.#tagColumn = Math.max(1, parser.column - (parser.position - this.#tagStart) + 1)
    })
    parser.on('opentag', tag => this.#open(tag))
    parser.on('closetag', () => this.#close())
    parser.on('text', text => this.#characters(text))
    parser.on('cdata', text => this.#characters(text))
  }

  #open(tag: SaxesTagNS): void {
    if (this.#divDepth > 0) {
      this.#divDepth++
      if (this.#divDepth > DIV_DEPTH_MAX) throw this.#notXml(`xhtml is nested deeper than ${DIV_DEPTH_MAX} elements`)
      return
    }
    const around = this.#top()
    if (this.#frames.length > JSON_DEPTH_MAX) throw this.#notXml(`it is nested deeper than ${JSON_DEPTH_MAX} elements`)
    if (around.kind === 'ignored') this.#push('ignored', undefined, undefined, {}, '')
    else if (around.kind === 'root' || around.kind === 'holder') this.#openResource(around, tag)
    else this.#openElement(around, tag)
  }

  #openResource(around: Frame, tag: SaxesTagNS): void {
    const { local, uri } = tag
    const slots = uri === FHIR_NAMESPACE && this.#definitions.isResourceType(local) ? this.#schema(local) : undefined
    if (!slots) {
      const expected = `a resource of R4 in the namespace ${FHIR_NAMESPACE}`
      this.#refuse('structure', `The element ${quote(tag.name)}${namespaceText(uri)} is not ${expected}`)
      if (around.kind === 'root') throw new Stop()
      this.#push('ignored', undefined, undefined, {}, '')
      return
    }
    if (around.resource) this.#refuse('structure', `${around.step} holds more than one resource`)
    const frame = this.#push('object', slots, undefined, { resourceType: local }, around.kind === 'root' ? local : '')
    this.#attributes(frame, tag)
  }

  #openElement(around: Frame, tag: SaxesTagNS): void {
    const { local, uri } = tag
    const slot = around.slots?.byName.get(local)
    if (slot?.kind === 'xhtml' && uri === XHTML_NAMESPACE) {
      this.#divDepth = 1
      this.#divStart = this.#tagStart
      this.#assertPlainDiv(tag)
      return
    }
    const expected = slot?.kind === 'xhtml' ? XHTML_NAMESPACE : FHIR_NAMESPACE
    if (!slot || slot.kind === 'attribute' || uri !== expected) {
      this.#refuseElement(around, tag, slot, expected)
      this.#push('ignored', undefined, undefined, {}, '')
      return
    }
    const before = around.object[slot.name]
    if (before !== undefined && !slot.many)
      this.#refuse('structure', `${local} is there more than once`, this.#expression(local))
    const index = Array.isArray(before) ? before.length : 0
    const step = slot.many ? `${local}[${index}]` : local
    if (slot.kind === 'primitive')
      this.#attributes(this.#push('primitive', this.#slotsOf('Element'), slot, {}, step), tag)
    else if (slot.kind === 'complex')
      this.#attributes(this.#push('object', this.#slotsOf(slot.type), slot, {}, step), tag)
    else this.#attributes(this.#push('holder', undefined, slot, {}, step), tag)
  }

  #refuseElement({ slots }: Frame, { name, local, uri }: SaxesTagNS, slot: XmlSlot | undefined, expected: string) {
    const where = this.#expression(/^\w{1,50}$/.test(local) ? local : undefined)
    const parent = slots?.path ?? 'this'
    if (slot?.kind === 'attribute') this.#refuse('structure', `${local} of ${parent} is an attribute in XML`, where)
    else if (slot)
      this.#refuse('structure', `${quote(name)}${namespaceText(uri)} must be in the namespace ${expected}`, where)
    else {
      const near = nearestName(local, slots?.byName.keys() ?? [])
      const advice = near === undefined ? '' : `: is ${near} meant?`
      this.#refuse('structure', `${quote(name)} is not an element of ${parent}${advice}`, where)
    }
  }

  #attributes(frame: Frame, { attributes }: SaxesTagNS): void {
    for (const attribute of Object.values(attributes)) {
      const { name, prefix, local, value, uri } = attribute
      if (prefix === 'xmlns' || name === 'xmlns' || uri === XSI_NAMESPACE) continue
      const isPlain = prefix === ''
      const slot = isPlain ? frame.slots?.byName.get(local) : undefined
      if (frame.kind === 'primitive' && isPlain && local === 'value') this.#takeValue(frame, value)
      else if (slot?.kind === 'attribute') this.#takeAttribute(frame, slot, value)
      else this.#refuseAttribute(frame, attribute)
    }
  }

  #takeValue(frame: Frame, text: string): void {
    if (text === '') this.#refuse('structure', `${frame.slot?.name ?? 'value'} must not have an empty value`)
    frame.value = jsonValueOf(frame.slot?.type ?? 'string', text)
  }

  #takeAttribute(frame: Frame, { name }: XmlSlot, text: string): void {
    if (text === '') this.#refuse('structure', `${name} must not be empty`, this.#expression(name))
    else frame.object[name] = text
  }

  #refuseAttribute(frame: Frame, { name, local }: SaxesAttributeNS): void {
    const owner = frame.slot?.name ?? frame.slots?.path ?? 'this element'
    const isElement = frame.slots?.byName.has(local) && frame.kind === 'object'
    const advice = isElement ? `: it is an element, <${local} value="..."/>` : ''
    this.#refuse('structure', `${quote(name)} is not an attribute of ${owner}${advice}`)
  }

  #close(): void {
    if (this.#divDepth > 0) {
      this.#divDepth--
      if (this.#divDepth === 0) this.#takeDiv()
      return
    }
    const frame = this.#top()
    if (frame.hasText)
      this.#refuse('structure', 'There must be no text between elements: values are attributes', undefined, frame)
    this.#finish(frame)
  }

  #finish(frame: Frame): void {
    const around = this.#frames[this.#frames.length - 2]
    if (!around || frame.kind === 'ignored') {
      this.#frames.pop()
      return
    }
    const { slot, object, resource } = frame
    if (frame.kind === 'holder' && !resource) this.#refuse('structure', 'There is no resource inside', undefined, frame)
    else if (frame.kind === 'primitive' && frame.value === undefined && isEmpty(object))
      this.#refuse('structure', 'It is empty: it must have a value or extensions', undefined, frame)
    else if (frame.kind === 'object' && slot && isEmpty(object))
      this.#refuse('structure', 'It is empty: it must have elements', undefined, frame)
    this.#frames.pop()
    if (!slot) around.resource = object
    else if (frame.kind === 'primitive')
      addPrimitive(around.object, slot, frame.value, isEmpty(object) ? undefined : object)
    else if (frame.kind === 'object') addValue(around.object, slot, object)
    else if (resource) addValue(around.object, slot, resource)
    if (frame.slots) dropEmptyLists(frame.slots, object)
  }

  /** The text between its ends as it was written, so that nothing of it is lost. */
  #takeDiv(): void {
    const end = this.#parser.position
    const source = this.#text.slice(this.#divStart, end).replace(/\r\n?/g, '\n')
    this.#top().object.div = /^<div(?=[\s/>])[^>]*\sxmlns\s*=/.test(source)
      ? source
      : source.replace(/^<div/, `<div xmlns="${XHTML_NAMESPACE}"`)
  }

  /** As text it could not say what a prefix stands for that an element around it declares. */
  #assertPlainDiv({ prefix }: SaxesTagNS): void {
    if (prefix !== '') this.#refuse('structure', 'The div of a narrative must have no prefix', this.#expression('div'))
    if (this.#top().object.div !== undefined)
      this.#refuse('structure', 'div is there more than once', this.#expression('div'))
  }

  #characters(text: string): void {
    const frame = this.#top()
    if (this.#divDepth === 0 && frame.kind !== 'ignored' && text.trim() !== '') frame.hasText = true
  }

  #slotsOf(path: string): XmlSlots {
    return getSlots(this.#schema, path)
  }

  #top(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame
  }

  #push(
    kind: Frame['kind'],
    slots: XmlSlots | undefined,
    slot: XmlSlot | undefined,
    object: JsonObject,
    step: string,
  ): Frame {
    const frame: Frame = {
      ...{ kind, slots, slot, object, step, line: this.#tagLine, column: this.#tagColumn },
      ...{ value: undefined, resource: undefined, hasText: false },
    }
    this.#frames.push(frame)
    return frame
  }

  #expression(element?: string): string {
    return [...this.#frames.map(({ step }) => step), element ?? ''].filter(step => step !== '').join('.')
  }

  #refuse(code: IssueCode, problem: string, expression = this.#expression(), frame?: Frame): void {
    const { line, column } = frame ?? { line: this.#tagLine, column: this.#tagColumn }
    const diagnostics = `${problem} (line ${line}, column ${column})`
    this.#issues.push({ severity: 'error', code, diagnostics, ...(expression !== '' && { expression: [expression] }) })
    if (this.#issues.length >= ISSUES_MAX) throw new Stop()
  }

  #notXml(problem: string): Fault {
    const { line, column } = this.#parser
    const diagnostics = `The content is not valid XML: ${problem} at line ${line}, column ${Math.max(1, column)}`
    return new Fault('invalid', [{ severity: 'error', code: 'structure', diagnostics }])
  }
}

const namespaceText = (uri: string): string => (uri === '' ? ' without a namespace' : ` of the namespace ${quote(uri)}`)

const isEmpty = (object: JsonObject): boolean => {
  for (const _name in object) return false
  return true
}

function addValue(object: JsonObject, { name, many }: XmlSlot, value: JsonObject): void {
  if (!many) object[name] = value
  else if (Array.isArray(object[name])) (object[name] as JsonValue[]).push(value)
  else object[name] = [value]
}

/** R4 json.html#primitive: ids and extensions go to a list beside that of the values, null where there are none. */
function addPrimitive(
  object: JsonObject,
  { name, companion, many }: XmlSlot,
  value: JsonValue | undefined,
  own: JsonObject | undefined,
): void {
  if (!many) {
    if (value !== undefined) object[name] = value
    if (own) object[companion] = own
    return
  }
  const values = (object[name] ?? []) as JsonValue[]
  object[name] = values
  values.push(value ?? null)
  const companions = object[companion] as JsonValue[] | undefined
  if (companions) companions.push(own ?? null)
  else if (own) object[companion] = [...values.slice(1).map(() => null), own]
}

/** Where no value of a list is there, JSON has the companions alone. */
function dropEmptyLists({ byName }: XmlSlots, object: JsonObject): void {
  for (const name in object) {
    const value = object[name]
    if (!Array.isArray(value) || value[0] !== null || name.startsWith('_')) continue
    if (byName.get(name)?.kind === 'primitive' && value.every(item => item === null)) delete object[name]
  }
}

const INTEGERS: ReadonlySet<string> = new Set(['integer', 'positiveInt', 'unsignedInt'])
const INTEGER = /^[+-]?\d{1,15}$/
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** As JSON holds it; the text where it does not have the form of the type, which validation then says. */
function jsonValueOf(type: string, text: string): JsonValue {
  if (type === 'boolean') {
    const word = text.trim()
    return word === 'true' || (word === 'false' ? false : text)
  }
  if (INTEGERS.has(type)) return INTEGER.test(text.trim()) ? Number(text) : text
  if (type === 'decimal') return DECIMAL.test(text.trim()) ? parseJson(text.trim()) : text
  return text
}
