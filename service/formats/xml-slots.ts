/** How the elements of a component stand in XML: in which order, and as what. R4 xml.html */
import { type ByComponent, byComponent } from '../by-component.ts'
import { type ComponentDefinition, type Definitions, isPrimitiveType } from '../definitions.ts'
import { invariant } from '../invariant.ts'

export const FHIR_NAMESPACE = 'http://hl7.org/fhir'
export const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml'

export interface XmlSlot {
  /** In JSON and in XML: `birthDate`, `valueQuantity`. */
  readonly name: string
  /** `_birthDate` */
  readonly companion: string
  readonly type: string
  /** xhtml: Narrative.div, which is a string in JSON. resource: an element around any resource. */
  readonly kind: 'attribute' | 'primitive' | 'xhtml' | 'resource' | 'complex'
  readonly many: boolean
  /** Place in the order of the specification. */
  readonly order: number
}

export interface XmlSlots {
  readonly path: string
  readonly isResource: boolean
  readonly byName: ReadonlyMap<string, XmlSlot>
}

export type XmlSchema = ByComponent<XmlSlots>

export const xmlSchema: (definitions: Definitions) => XmlSchema = byComponent(slotsOf)

/** Of a type that another one names. */
export function getSlots(schema: XmlSchema, path: string): XmlSlots {
  const slots = schema(path)
  invariant(slots, `no element table for ${path}`)
  return slots
}

function slotsOf(component: ComponentDefinition): XmlSlots {
  const byName = new Map<string, XmlSlot>()
  for (const { name, type, many, element } of component.properties.values()) {
    const kind = element.attribute ? 'attribute' : kindOf(type)
    byName.set(name, { name, companion: `_${name}`, type, kind, many, order: byName.size })
  }
  return { path: component.path, isResource: component.resource, byName }
}

function kindOf(type: string): XmlSlot['kind'] {
  if (type === 'xhtml') return 'xhtml'
  if (type === 'Resource') return 'resource'
  return isPrimitiveType(type) ? 'primitive' : 'complex'
}
