import { readFileSync } from 'node:fs'
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  isObjectType,
  isUnionType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { tenantOf } from '../../call.ts'
import { createDefinitions, servedOnly } from '../../definitions.ts'
import { createModel } from './model.ts'
import type { ArgumentDefinition, TypeReference } from './type-model.ts'

const sdl = readFileSync(new URL('../../../schema/generated/schema.graphql', import.meta.url), 'utf8')
const schema = buildSchema(`scalar AWSJSON\n${sdl}`, { assumeValid: true })
const model = createModel(createDefinitions().for(tenantOf('test')))

/** Published by the service itself, for subscriptions: no part of what callers ask the executor for. */
const NOT_SERVED = new Set(['Mutation.publishResourceChange', 'SubscriptionRoot', 'ResourceChange'])

const write = (type: TypeReference): string => `${type.list ? `[${type.name}]` : type.name}${type.required ? '!' : ''}`

const writeArguments = (taken: ReadonlyMap<string, ArgumentDefinition>, names: readonly string[]) =>
  names.map(name => {
    const argument = taken.get(name)
    return `${name}:${argument ? write(argument) : 'missing'}`
  })

function expectedField(field: GraphQLField<unknown, unknown>) {
  return { type: String(field.type), arguments: field.args.map(({ name, type }) => `${name}:${type}`) }
}

describe('the types of the executor', () => {
  it('are those of the generated SDL', () => {
    const differences: unknown[] = []
    let compared = 0
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__') || NOT_SERVED.has(type.name)) continue
      const mine = model.composite(type.name)
      if (mine?.kind !== 'object') {
        differences.push(`${type.name} is missing`)
        continue
      }
      for (const field of Object.values(type.getFields())) {
        if (NOT_SERVED.has(`${type.name}.${field.name}`)) continue
        compared += 1
        const found = mine.field(field.name)
        const expected = expectedField(field)
        const actual = found && {
          type: found.list ? `[${found.type}]` : found.type,
          arguments: writeArguments(
            found.arguments,
            field.args.map(({ name }) => name),
          ),
        }
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          differences.push([type.name, field.name, actual, expected])
        }
        const composite = found && model.composite(found.type)
        if (found && found.leaf === (composite !== undefined)) differences.push([type.name, field.name, 'leaf'])
      }
    }
    expect(differences).toEqual([])
    expect(compared).toBeGreaterThan(14_000)
  })

  it('have no fields and no root arguments beyond the SDL', () => {
    const differences: string[] = []
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__') || NOT_SERVED.has(type.name)) continue
      const mine = model.composite(type.name)
      if (mine?.kind !== 'object') continue
      const fields = type.getFields()
      const own = mine.plainFields.map(({ name }) => name).filter(name => !(name in fields))
      differences.push(...own.map(name => `${type.name}.${name}`))
    }
    for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const found = model.root('query')?.field(field.name)
      const names = new Set(field.args.map(({ name }) => name))
      for (const name of found?.arguments.keys() ?? []) if (!names.has(name)) differences.push(`${field.name}(${name})`)
    }
    expect(differences).toEqual([])
  })

  it('take the inputs of the SDL', () => {
    const differences: unknown[] = []
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isInputObjectType(type)) continue
      const mine = model.input(type.name)
      if (mine?.kind !== 'input') {
        differences.push(`${type.name} is missing`)
        continue
      }
      for (const field of Object.values(type.getFields())) {
        const found = mine.field(field.name)
        const expected: GraphQLInputType = field.type
        if (!found || write(found) !== String(expected))
          differences.push([type.name, field.name, found, String(expected)])
      }
    }
    expect(differences).toEqual([])
  })

  it('unite every resource type', () => {
    const union = schema.getType('Resource')
    const members = isUnionType(union) ? union.getTypes().map(({ name }) => name) : []
    expect(members.filter(name => !(model.composite(name)?.kind === 'object'))).toEqual([])
    const resource = model.composite('Resource')
    expect(resource).toMatchObject({ kind: 'union', name: 'Resource' })
    const shared = ['id', 'meta', 'active', '_birthDate', 'resourceType', 'name', 'contact', 'ConditionList', 'nothing']
    expect(shared.map(name => resource?.field(name)?.type)).toEqual([
      ...['ID', 'Meta', 'Boolean', 'Element', 'String'],
      ...[undefined, undefined, undefined, undefined],
    ])
  })

  it('do not know other names', () => {
    const names = ['Nothing', 'patient', 'Patient.contact', 'PatientContactList', 'NothingConnection', 'String', '']
    expect(names.filter(name => model.composite(name) !== undefined)).toEqual([])
    expect(['Patient', 'NothingInput', 'Input', 'TaskInputComponent'].filter(name => model.input(name))).toEqual([])
  })
})

it('of types that are not served there are no root fields and no reverse lists', () => {
  const served = createModel(servedOnly(createDefinitions(), ['Patient', 'Observation']).for(tenantOf('test')))
  const query = served.root('query')
  const mutation = served.root('mutation')
  const patient = served.composite('Patient')
  const has = (names: readonly string[], type: typeof query) => names.filter(name => type?.field(name) !== undefined)
  expect(has(['Patient', 'PatientList', 'Condition', 'ConditionList', 'ConditionConnection'], query)).toEqual([
    'Patient',
    'PatientList',
  ])
  const writes = ['Create', 'Update', 'Patch', 'Delete']
  expect(
    has([...writes.map(write => `Patient${write}`), ...writes.map(write => `Condition${write}`)], mutation),
  ).toEqual(writes.map(write => `Patient${write}`))
  const reverse = patient?.kind === 'object' ? has(['ObservationList', 'ConditionList'], patient) : []
  expect(reverse).toEqual(['ObservationList'])
})
