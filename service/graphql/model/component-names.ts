import { graphqlTypeName } from '#schema/names.ts'
import type { ComponentDefinition, Definitions } from '../../definitions.ts'

/** The component that a GraphQL type name stands for: `PatientContact` -> Patient.contact. */
export function findComponent(definitions: Definitions, name: string): ComponentDefinition | undefined {
  const whole = definitions.component(name)
  if (whole) return name.includes('.') ? undefined : whole
  // A type's name ends where an element's begins: at a capital letter.
  for (const { index } of name.matchAll(/(?<!^)[A-Z]/g)) {
    const type = definitions.component(name.slice(0, index))
    const found = type && findBackbone(definitions, type, name)
    if (found) return found
  }
  return undefined
}

function findBackbone(
  definitions: Definitions,
  component: ComponentDefinition,
  name: string,
): ComponentDefinition | undefined {
  for (const { type } of component.properties.values()) {
    // Content references lead back up or to a sibling: only what lies below is followed.
    if (!type.startsWith(`${component.path}.`)) continue
    const backbone = definitions.component(type)
    if (!backbone) continue
    const typeName = graphqlTypeName(type)
    if (typeName === name) return backbone
    const below = name.startsWith(typeName) ? findBackbone(definitions, backbone, name) : undefined
    if (below) return below
  }
  return undefined
}
