import type { OperationDefinitionNode, VariableDefinitionNode } from 'graphql/language/index.js'
import { checkLiteral } from '../values/check-literal.ts'
import { nameOfShape, shapeOfNode, variableFits, writeShape } from '../values/input-shape.ts'
import { fragmentsBelow } from './definitions.ts'
import { checkDirectives } from './directives.ts'
import type { Usage, UsageOf, Validation, VariableUse } from './validation.ts'

/** GraphQL 5.8.1, 5.8.2 and the default values: each definition by itself. */
export function checkVariableDefinitions(
  validation: Validation,
  operation: OperationDefinitionNode,
  usage: Usage,
): void {
  const { model, report } = validation
  const known = new Map<string, VariableDefinitionNode>()
  for (const definition of operation.variableDefinitions ?? []) {
    const { name } = definition.variable
    const before = known.get(name.value)
    if (before) report(`There can be only one variable named "$${name.value}".`, [before.variable.name, name])
    else known.set(name.value, definition)
    const shape = shapeOfNode(definition.type)
    const typeName = nameOfShape(shape)
    if (!model.isType(typeName)) {
      report(`Unknown type "${typeName}".`, [definition.type])
    } else if (!model.input(typeName)) {
      report(`Variable "$${name.value}" cannot be non-input type "${writeShape(shape)}".`, [definition.type])
    } else if (definition.defaultValue) {
      checkLiteral({ model, report, useVariable: () => undefined }, definition.defaultValue, shape)
    }
    checkDirectives(validation, definition.directives, 'VARIABLE_DEFINITION', usage)
  }
}

/** GraphQL 5.8.3 to 5.8.5: what an operation and the fragments below it use, against what it declares. */
export function checkVariableUses(validation: Validation, usageOf: UsageOf, operation: OperationDefinitionNode): void {
  const { model, report } = validation
  const definitions = new Map(
    (operation.variableDefinitions ?? []).map(definition => [definition.variable.name.value, definition]),
  )
  const used = new Set<string>()
  for (const use of usesBelow(validation, usageOf, operation)) {
    const name = use.node.name.value
    used.add(name)
    const definition = definitions.get(name)
    if (!definition) {
      const by = operation.name ? ` by operation "${operation.name.value}"` : ''
      report(`Variable "$${name}" is not defined${by}.`, [use.node, operation])
    } else if (model.isType(nameOfShape(shapeOfNode(definition.type)))) {
      checkPosition(definition, use, report)
    }
  }
  for (const [name, definition] of definitions) {
    if (used.has(name)) continue
    const where = operation.name ? ` in operation "${operation.name.value}"` : ''
    report(`Variable "$${name}" is never used${where}.`, [definition])
  }
}

function usesBelow(validation: Validation, usageOf: UsageOf, operation: OperationDefinitionNode): VariableUse[] {
  const uses = [...(usageOf.get(operation)?.variables ?? [])]
  for (const fragment of fragmentsBelow(validation, usageOf, operation).values()) {
    uses.push(...(usageOf.get(fragment)?.variables ?? []))
  }
  return uses
}

function checkPosition(definition: VariableDefinitionNode, use: VariableUse, report: Validation['report']): void {
  const { expected, node } = use
  const shape = shapeOfNode(definition.type)
  const hasDefault = definition.defaultValue !== undefined && definition.defaultValue.kind !== 'NullValue'
  if (!expected || variableFits(shape, hasDefault, expected)) return
  const types = `of type "${writeShape(shape)}" used in position expecting type "${writeShape(expected)}"`
  report(`Variable "$${node.name.value}" ${types}.`, [definition, node])
}
