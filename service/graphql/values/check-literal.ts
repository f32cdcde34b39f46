import type { ASTNode } from 'graphql/language/index.js'
import { Kind, type ObjectValueNode, print, type ValueNode, type VariableNode } from 'graphql/language/index.js'
import type { InputObject, Model, ScalarName } from '../model/type-model.ts'
import { type InputShape, type NamedShape, shapeOfReference, writeShape } from './input-shape.ts'

export interface LiteralCheck {
  readonly model: Model
  report(message: string, nodes: readonly ASTNode[]): void
  /** expected is undefined inside of JSON, where a variable of any type may stand. */
  useVariable(node: VariableNode, expected: InputShape | undefined): void
}

/** GraphQL 5.6: a literal against the type of its place. Variables inside are told, not checked. */
export function checkLiteral(check: LiteralCheck, node: ValueNode, expected: InputShape): void {
  if (node.kind === Kind.VARIABLE) check.useVariable(node, expected)
  else if (node.kind === Kind.NULL) {
    if (expected.required) report(check, node, expected)
  } else if (expected.kind === 'named') checkNamed(check, node, expected)
  else for (const item of node.kind === Kind.LIST ? node.values : [node]) checkLiteral(check, item, expected.of)
}

function checkNamed(check: LiteralCheck, node: ValueNode, expected: NamedShape): void {
  const type = check.model.input(expected.name)
  // Unknown types are reported where they are named.
  if (!type) return
  if (type.kind === 'input') {
    if (node.kind === Kind.OBJECT) checkObject(check, node, type)
    else report(check, node, expected)
  } else if (type.scalar === 'AWSJSON') {
    checkJson(check, node)
  } else if (!(expected.lenient && isScalarLiteral(node))) {
    const problem = scalarProblem(type.scalar, node)
    if (problem !== undefined) check.report(problem, [node])
  }
}

const report = (check: LiteralCheck, node: ValueNode, expected: InputShape): void =>
  check.report(`Expected value of type "${writeShape(expected)}", found ${print(node)}.`, [node])

function checkObject(check: LiteralCheck, node: ObjectValueNode, type: InputObject): void {
  checkNames(check, node)
  for (const field of node.fields) {
    const expected = type.field(field.name.value)
    if (expected) checkLiteral(check, field.value, shapeOfReference(expected))
    else check.report(`Field "${field.name.value}" is not defined by type "${type.name}".`, [field])
  }
}

/** GraphQL 5.6.3 */
function checkNames(check: LiteralCheck, node: ObjectValueNode): void {
  const known = new Map<string, ASTNode>()
  for (const { name } of node.fields) {
    const before = known.get(name.value)
    if (before) check.report(`There can be only one input field named "${name.value}".`, [before, name])
    else known.set(name.value, name)
  }
}

function checkJson(check: LiteralCheck, node: ValueNode): void {
  if (node.kind === Kind.VARIABLE) check.useVariable(node, undefined)
  if (node.kind === Kind.LIST) for (const item of node.values) checkJson(check, item)
  if (node.kind === Kind.OBJECT) {
    checkNames(check, node)
    for (const field of node.fields) checkJson(check, field.value)
  }
}

const isScalarLiteral = ({ kind }: ValueNode): boolean =>
  kind === Kind.STRING || kind === Kind.INT || kind === Kind.FLOAT || kind === Kind.BOOLEAN || kind === Kind.ENUM

const INT_MAX = 2 ** 31 - 1
const INT_MIN = -(2 ** 31)

/** What is wrong with a literal of a scalar; undefined where nothing is. */
function scalarProblem(scalar: Exclude<ScalarName, 'AWSJSON'>, node: ValueNode): string | undefined {
  const { kind } = node
  switch (scalar) {
    case 'String':
      return kind === Kind.STRING ? undefined : `String cannot represent a non string value: ${print(node)}`
    case 'ID':
      if (kind === Kind.STRING || kind === Kind.INT) return undefined
      return `ID cannot represent a non-string and non-integer value: ${print(node)}`
    case 'Boolean':
      return kind === Kind.BOOLEAN ? undefined : `Boolean cannot represent a non boolean value: ${print(node)}`
    case 'Float':
      if (kind === Kind.FLOAT || kind === Kind.INT) return undefined
      return `Float cannot represent non numeric value: ${print(node)}`
    case 'Int': {
      if (kind !== Kind.INT) return `Int cannot represent non-integer value: ${print(node)}`
      const value = Number(node.value)
      const fits = value >= INT_MIN && value <= INT_MAX
      return fits ? undefined : `Int cannot represent non 32-bit signed integer value: ${node.value}`
    }
  }
}
