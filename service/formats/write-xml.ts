/** From content to XML, in the order of the specification whatever order the content is in. R4 xml.html */
import type { Definitions } from '../definitions.ts'
import { invariant } from '../invariant.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { encodeUtf8, textOfScalar } from '../resource/json.ts'
import { FHIR_NAMESPACE, getSlots, type XmlSchema, type XmlSlot, type XmlSlots, xmlSchema } from './xml-slots.ts'

export interface XmlOptions {
  /** Each element on a line of its own. Default: no white space between elements. */
  readonly layout?: 'compact' | 'indented'
}

/**
 * XML text in UTF-8, in pieces. What JSON can say and XML can't is left out: extensions of attributes (`_url` of an
 * extension) and of xhtml.
 * @param content validated: every element is one of its type.
 */
export function writeXml(definitions: Definitions, content: JsonObject, options: XmlOptions = {}): Uint8Array[] {
  const writer = new XmlWriter(xmlSchema(definitions), options.layout === 'indented')
  writer.resource(content, ` xmlns="${FHIR_NAMESPACE}"`)
  return writer.end()
}

/** Text is made into bytes in pieces of about so many characters, so that a large Bundle is never one string. */
const PIECE_LENGTH = 65_536

class XmlWriter {
  readonly #schema: XmlSchema
  readonly #indented: boolean
  readonly #pieces: Uint8Array[] = []
  #text = '<?xml version="1.0" encoding="UTF-8"?>'
  #depth = 0

  constructor(schema: XmlSchema, indented: boolean) {
    this.#schema = schema
    this.#indented = indented
  }

  resource(content: JsonObject, namespace = ''): void {
    const type = String(content.resourceType)
    this.#element(type, getSlots(this.#schema, type), content, namespace)
  }

  end(): Uint8Array[] {
    if (this.#indented) this.#text += '\n'
    this.#flush()
    return this.#pieces
  }

  #flush(): void {
    this.#pieces.push(encodeUtf8(this.#text))
    this.#text = ''
  }

  #line(): void {
    if (this.#text.length > PIECE_LENGTH) this.#flush()
    if (this.#indented) this.#text += `\n${'  '.repeat(this.#depth)}`
  }

  #element(name: string, slots: XmlSlots, object: JsonObject, attributes = ''): void {
    this.#line()
    const used = usedSlots(slots, object)
    this.#text += `<${name}${attributes}${attributesOf(used, object)}`
    this.#body(name, used, object)
  }

  /** From behind the attributes on. */
  #body(name: string, used: readonly XmlSlot[], object: JsonObject): void {
    if (used.every(({ kind }) => kind === 'attribute')) {
      this.#text += '/>'
      return
    }
    this.#text += '>'
    this.#depth++
    for (const slot of used) if (slot.kind !== 'attribute') this.#property(slot, object)
    this.#depth--
    this.#line()
    this.#text += `</${name}>`
  }

  #property(slot: XmlSlot, object: JsonObject): void {
    const value = object[slot.name]
    if (slot.kind === 'primitive') {
      const companion = object[slot.companion]
      const [values, companions] = [listOf(value), listOf(companion)]
      const length = Math.max(values.length, companions.length)
      for (let index = 0; index < length; index++) this.#primitive(slot.name, values[index], companions[index])
      return
    }
    for (const item of listOf(value)) {
      if (slot.kind === 'complex') this.#element(slot.name, getSlots(this.#schema, slot.type), item as JsonObject)
      else if (slot.kind === 'resource') this.#holder(slot.name, item as JsonObject)
      else this.#xhtml(String(item))
    }
  }

  /** R4 xml.html: the div itself, which validation has found to be one well-formed element with its own namespace. */
  #xhtml(div: string): void {
    this.#line()
    this.#text += div
  }

  #primitive(name: string, value: JsonValue | undefined, companion: JsonValue | undefined): void {
    const object = (companion ?? NOTHING) as JsonObject
    this.#line()
    this.#text += `<${name}`
    if (object.id !== undefined) this.#text += ` id="${escapeXml(String(object.id))}"`
    if (value !== undefined && value !== null) this.#text += ` value="${escapeXml(textOfScalar(value))}"`
    const slots = getSlots(this.#schema, 'Element')
    this.#body(name, companion ? usedSlots(slots, object) : NO_SLOTS, object)
  }

  #holder(name: string, resource: JsonObject): void {
    this.#line()
    this.#text += `<${name}>`
    this.#depth++
    this.resource(resource)
    this.#depth--
    this.#line()
    this.#text += `</${name}>`
  }
}

const NOTHING: JsonObject = Object.freeze({})
const NO_SLOTS: readonly XmlSlot[] = []
const NO_VALUES: readonly JsonValue[] = []

/** In the order of the specification, each once. */
function usedSlots({ byName, path, isResource }: XmlSlots, object: JsonObject): readonly XmlSlot[] {
  const used: XmlSlot[] = []
  let last = -1
  let isOrdered = true
  for (const name in object) {
    // ExampleScenario.instance has an element of that name.
    if ((isResource && name === 'resourceType') || object[name] === undefined) continue
    const isCompanion = name.charCodeAt(0) === UNDERSCORE
    const element = isCompanion ? name.slice(1) : name
    // The value brings its companion along.
    if (isCompanion && object[element] !== undefined) continue
    const slot = byName.get(element)
    invariant(slot, `${path} has no element of that name`)
    used.push(slot)
    if (slot.order < last) isOrdered = false
    last = slot.order
  }
  return isOrdered ? used : used.sort((left, right) => left.order - right.order)
}

const UNDERSCORE = 95

function attributesOf(used: readonly XmlSlot[], object: JsonObject): string {
  let text = ''
  for (const { kind, name } of used) {
    const value = object[name]
    if (kind === 'attribute' && value !== undefined) text += ` ${name}="${escapeXml(String(value))}"`
  }
  return text
}

const listOf = (value: JsonValue | undefined): readonly (JsonValue | undefined)[] => {
  if (value === undefined) return NO_VALUES
  return Array.isArray(value) ? value : [value]
}

/** What has a meaning in an attribute, what parsers would make a space of, and what XML can't say at all. */
const SPECIAL = /[&<>"\t\n\r]|[^\t\n\r -\uFFFD]/
const EACH_SPECIAL = new RegExp(SPECIAL, 'g')

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** XML 1.0, 2.2: control characters and half surrogate pairs have no place, not even as references. */
const REPLACEMENT = '\uFFFD'

export function escapeXml(text: string): string {
  const whole = text.toWellFormed()
  return SPECIAL.test(whole) ? whole.replace(EACH_SPECIAL, character => ESCAPES[character] ?? REPLACEMENT) : whole
}
