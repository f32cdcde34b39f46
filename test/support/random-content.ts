/** Content of any type by its element table: every kind of element, in any order, with ids, extensions and gaps. */
import { capitalize } from '#schema/names.ts'
import {
  type ComponentDefinition,
  type Definitions,
  isPrimitiveType,
  type PropertyDefinition,
} from '#service/definitions.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import { rawNumber } from '#service/resource/json.ts'

const TEXTS = [
  'a',
  'Å <b> & "c" \'d\'',
  ' two  words ',
  'line\nbreak\ttab\r\nend',
  '😀',
  '\u007f\u0085\ufffd',
  ']]>',
  '&amp;&#10;',
  '-->',
]
const DECIMALS: readonly JsonValue[] = [
  0,
  1.5,
  -3,
  rawNumber('1.50'),
  rawNumber('1e3'),
  rawNumber('12345678901234567890.10'),
  rawNumber('-0.0'),
]

const VALUES: Readonly<Record<string, readonly JsonValue[]>> = {
  boolean: [true, false],
  integer: [0, -7, 2_147_483_647],
  positiveInt: [1, 42],
  unsignedInt: [0, 42],
  decimal: DECIMALS,
  xhtml: [
    '<div xmlns="http://www.w3.org/1999/xhtml">plain</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml" id="n"><p class=\'x\'>a &amp; b &#169;<br/>\n<!-- c --> <b>ü</b></p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><div><div/></div><img src="#a" alt="&lt;div>"/></div>',
  ],
}

/** The same content for the same seed. @param depthMax how many components stand in each other at the most. */
export function randomContent(definitions: Definitions, type: string, seed: number, depthMax = 4): JsonObject {
  return new ContentMaker(definitions, seed, depthMax).resource(type, 0)
}

class ContentMaker {
  private readonly definitions: Definitions
  private readonly depthMax: number
  private state: number

  constructor(definitions: Definitions, seed: number, depthMax: number) {
    this.definitions = definitions
    this.state = seed
    this.depthMax = depthMax
  }

  resource(type: string, depth: number): JsonObject {
    const component = this.definitions.component(type)
    if (!component) throw new Error(`There is no type ${type}`)
    return { resourceType: type, ...this.object(component, depth) }
  }

  private object(component: ComponentDefinition, depth: number): JsonObject {
    const object: JsonObject = {}
    const byElement = new Map<string, PropertyDefinition[]>()
    for (const property of component.properties.values()) {
      const { name } = property.element
      byElement.set(name, [...(byElement.get(name) ?? []), property])
    }
    const names = [...byElement.keys()].sort(() => this.chance() - 0.5)
    for (const name of names) {
      const property = this.one(byElement.get(name) ?? [])
      const isNeeded = property.element.attribute && name !== 'id'
      if (isNeeded || this.chance() < (depth === 0 ? 0.5 : 0.25)) this.property(object, property, depth)
    }
    if (Object.keys(object).every(name => name === 'id')) {
      const first = [...component.properties.values()].find(each => each.primitive && !each.element.attribute)
      if (first) this.property(object, first, depth)
      else object.extension = [EXTENSION]
    }
    return object
  }

  private property(
    object: JsonObject,
    { name, type, many, primitive, element }: PropertyDefinition,
    depth: number,
  ): void {
    if (!primitive) {
      if (depth >= this.depthMax) return
      const values = Array.from({ length: many ? this.below(3) + 1 : 1 }, () => this.complex(type, depth + 1))
      object[name] = many ? values : (values[0] as JsonValue)
      return
    }
    const length = many ? this.below(4) + 1 : 1
    const isBare = element.attribute === true || type === 'xhtml'
    const companions = Array.from({ length }, () => (!isBare && this.chance() < 0.2 ? this.companion() : null))
    const values = companions.map(companion => (companion?.extension && this.chance() < 0.5 ? null : this.value(type)))
    if (values.some(value => value !== null)) object[name] = many ? values : (values[0] as JsonValue)
    if (companions.some(companion => companion !== null))
      object[`_${name}`] = many ? companions : (companions[0] as JsonValue)
  }

  private complex(type: string, depth: number): JsonObject {
    if (type === 'Resource')
      return this.resource(this.one(['Patient', 'Observation', 'Bundle', 'Basic', 'Parameters']), depth)
    const component = this.definitions.component(type)
    if (!component) throw new Error(`There is no type ${type}`)
    return this.object(component, depth)
  }

  private companion(): JsonObject {
    return this.chance() < 0.5 ? { id: 'x1' } : { id: 'x2', extension: [EXTENSION] }
  }

  private value(type: string): JsonValue {
    if (!isPrimitiveType(type)) throw new Error(`${type} is no primitive type`)
    return this.one(VALUES[type] ?? TEXTS)
  }

  private one<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  private below(limit: number): number {
    return Math.floor(this.chance() * limit)
  }

  /** Mulberry32. */
  private chance(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const EXTENSION: JsonObject = { url: 'http://example.org/e', [`value${capitalize('decimal')}`]: rawNumber('2.0') }
