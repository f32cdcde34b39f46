import {
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type StringValueNode,
  visit,
} from 'graphql'
import { propertyName } from '#schema/expressions/extraction.ts'
import { graphqlTypeName } from '#schema/names.ts'
import { graphqlBanner } from './emit-graphql.ts'
import type { Model } from './model.ts'

/** The same schema for people: a field to a line, types and elements with HL7's short descriptions. */
export function emitDescribedGraphql(sdl: string, model: Model): string {
  const descriptions = descriptionsByName(model)
  const described = visit(parse(sdl, { noLocation: true }), {
    ObjectTypeDefinition: (type: ObjectTypeDefinitionNode) => ({
      ...withDescription(type, descriptions.get(type.name.value)),
      fields: type.fields?.map((field: FieldDefinitionNode) =>
        withDescription(field, descriptions.get(`${type.name.value}.${field.name.value}`)),
      ),
    }),
  })
  return `${graphqlBanner}${print(described)}\n`
}

function withDescription<Node extends FieldDefinitionNode | ObjectTypeDefinitionNode>(
  node: Node,
  text: string | undefined,
): Node {
  if (text === undefined) return node
  const description: StringValueNode = { kind: Kind.STRING, value: text, block: false }
  return { ...node, description }
}

/** By `Type` and `Type.field`. */
function descriptionsByName({ types, descriptions }: Model): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const add = (name: string, path: string): void => {
    const text = descriptions.get(path)
    if (text !== undefined) found.set(name, text)
  }
  for (const [path, elements] of [...types.values()].flatMap(({ components }) => Object.entries(components))) {
    const typeName = graphqlTypeName(path)
    add(typeName, path)
    for (const element of elements) {
      const elementPath = `${path}.${element.name}${element.choice === true ? '[x]' : ''}`
      for (const type of element.types) add(`${typeName}.${propertyName(element, type)}`, elementPath)
    }
  }
  return found
}
