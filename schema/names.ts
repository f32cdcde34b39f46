/** Names that the generated SDL and the executor must agree on. Pure, so that codegen and service share one rule. */

export const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/**
 * JSON name of a choice element with one of its types: ('value', 'Quantity') -> 'valueQuantity'. R4 formats.html#choice
 */
export const choiceName = (name: string, type: string): string => name + capitalize(type)

/**
 * GraphQL type of a component by its path: 'Patient.contact' -> 'PatientContact'. A backbone element that is itself
 * called `input` would take the name of the type's own input type (Task.input, StructureMap.group.input): it gets the
 * suffix `Component`.
 */
export function graphqlTypeName(path: string): string {
  if (!path.includes('.')) return path
  const name = path.split('.').map(capitalize).join('')
  return name.endsWith('Input') ? `${name}Component` : name
}

/** GraphQL input type of a type or component. */
export const graphqlInputName = (path: string): string => `${graphqlTypeName(path)}Input`

/** GraphQL argument of a search parameter: '-' becomes '_'; no R4 code has '_' but as its first character. */
export const searchArgumentName = (code: string): string => code.replaceAll('-', '_')

/** Search parameter of a GraphQL argument, the inverse of searchArgumentName. */
export const searchParameterCode = (argument: string): string =>
  argument.startsWith('_') ? argument : argument.replaceAll('_', '-')
