/** What an operation is, as a resource that clients can read. R4 operationdefinition.html */
import type { JsonObject } from '../resource/content.ts'
import { SOFTWARE } from '../software.ts'
import type { OperationDeclaration, ParameterPart } from './operation.ts'

/** Canonical URL that the statement names: that of the base where it is followed in full. */
export const definitionUrl = ({ id, base, conformsToBase }: OperationDeclaration, baseUrl: string): string =>
  conformsToBase && base !== undefined ? base : `${baseUrl}/OperationDefinition/${id}`

export function operationDefinition(operation: OperationDeclaration, baseUrl: string): JsonObject {
  const { id, name, title, description, levels, types, affectsState, base, parameters } = operation
  return {
    resourceType: 'OperationDefinition',
    id,
    url: `${baseUrl}/OperationDefinition/${id}`,
    name: codeName(id),
    title,
    status: 'active',
    kind: 'operation',
    date: SOFTWARE.date,
    description,
    affectsState,
    code: name,
    ...(base !== undefined && { base }),
    ...(hasTypes(operation) && { resource: types === 'Resource' ? ['Resource'] : [...types] }),
    system: levels.includes('system'),
    type: levels.includes('type'),
    instance: levels.includes('instance') || levels.includes('version'),
    ...(parameters.length > 0 && {
      parameter: parameters.map(parameter => parameterElement(parameter, parameter.use)),
    }),
  }
}

const hasTypes = ({ levels }: OperationDeclaration): boolean => levels.some(level => level !== 'system')

/** R4 operationdefinition.html, opd-0: a name that programs can use. */
const codeName = (id: string): string =>
  id
    .split('-')
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

function parameterElement(parameter: ParameterPart, use: 'in' | 'out'): JsonObject {
  const { name, min, max, type, documentation, parts } = parameter
  return {
    name,
    use,
    min,
    max: String(max),
    documentation,
    ...(type !== undefined && { type }),
    ...(parts && { part: parts.map(part => parameterElement(part, use)) }),
  }
}
