import { readFileSync } from 'node:fs'
import { buildASTSchema, type DefinitionNode, Kind, parse, specifiedScalarTypes, validateSchema, visit } from 'graphql'
import { describe, expect, it } from 'vitest'
import type { Manifest } from '#schema/tables.ts'

/** What AppSync takes: a document below 1 MB, its own scalars, no directives of ours, names without its prefixes. */
const sdl = readFileSync(new URL('../../schema/generated/schema.graphql', import.meta.url), 'utf8')
const manifest: Manifest = JSON.parse(
  readFileSync(new URL('../../schema/generated/manifest.json', import.meta.url), 'utf8'),
)

const bytesMax = 950_000
const appSyncScalars = [...specifiedScalarTypes.map(({ name }) => name), 'AWSJSON']

const document = parse(sdl, { noLocation: true })
const schema = buildASTSchema(parse(`scalar AWSJSON ${sdl}`, { noLocation: true }))
const nameOf = (definition: DefinitionNode): string => ('name' in definition ? (definition.name?.value ?? '') : '')

describe('the SDL for AppSync', () => {
  it('is below the size that AppSync takes', () => {
    expect(Buffer.byteLength(sdl)).toBeLessThan(bytesMax)
  })

  it('is a valid schema', () => {
    expect(validateSchema(schema)).toEqual([])
  })

  it('defines object types, input types and one union, once each', () => {
    const kinds = new Set(document.definitions.map(({ kind }) => kind))
    expect(kinds).toEqual(
      new Set([
        Kind.SCHEMA_DEFINITION,
        Kind.OBJECT_TYPE_DEFINITION,
        Kind.UNION_TYPE_DEFINITION,
        Kind.INPUT_OBJECT_TYPE_DEFINITION,
      ]),
    )
    const names = document.definitions.map(nameOf)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it("uses no type but its own and AppSync's scalars, and no directive", () => {
    const known = new Set([...document.definitions.map(nameOf), ...appSyncScalars])
    const unknown = new Set<string>()
    const directives: string[] = []
    visit(document, {
      NamedType: ({ name }) => void (known.has(name.value) || unknown.add(name.value)),
      Directive: ({ name }) => void directives.push(name.value),
    })
    expect([[...unknown], directives]).toEqual([[], []])
  })

  it('has only names that AppSync allows', () => {
    const refused = new Set<string>()
    visit(document, {
      Name: ({ value }) => {
        if (!/^[_A-Za-z][_0-9A-Za-z]*$/.test(value) || value.startsWith('__')) refused.add(value)
      },
    })
    expect([...refused]).toEqual([])
    expect(document.definitions.map(nameOf).filter(name => name.startsWith('AWS'))).toEqual([])
  })

  it('requires nothing of FHIR: what is required is an argument', () => {
    const required: string[] = []
    visit(document, {
      FieldDefinition: ({ name, type }) => void (type.kind === Kind.NON_NULL_TYPE && required.push(name.value)),
      InputObjectTypeDefinition: ({ name, fields = [] }) =>
        void (fields.some(({ type }) => type.kind === Kind.NON_NULL_TYPE) && required.push(name.value)),
    })
    expect(required).toEqual([])
  })
})

describe('the root fields', () => {
  const fieldsOf = (type: string): Readonly<Record<string, string>> => {
    const definition = schema.getType(type)
    if (definition === undefined || !('getFields' in definition)) return {}
    return Object.fromEntries(Object.values(definition.getFields()).map(field => [field.name, String(field.type)]))
  }

  it('read, list and page every resource type', () => {
    const expected = manifest.resourceTypes.flatMap(type => [
      [type, type],
      [`${type}List`, `[${type}]`],
      [`${type}Connection`, `${type}Connection`],
    ])
    expect(fieldsOf('Query')).toEqual(Object.fromEntries(expected))
  })

  it('create, update, patch and delete every resource type', () => {
    const expected = manifest.resourceTypes.flatMap(type => [
      [`${type}Create`, type],
      [`${type}Update`, type],
      [`${type}Patch`, type],
      [`${type}Delete`, 'OperationOutcome'],
    ])
    expect(fieldsOf('Mutation')).toEqual({
      ...Object.fromEntries(expected),
      transaction: 'AWSJSON',
      publishResourceChange: 'ResourceChange',
    })
  })

  it('have a root for subscriptions that leaves the name to the resource type', () => {
    expect(schema.getSubscriptionType()?.name).toBe('SubscriptionRoot')
    expect(fieldsOf('SubscriptionRoot')).toEqual({ onResourceChange: 'ResourceChange' })
    expect(fieldsOf('Subscription')).toMatchObject({ resourceType: 'String', criteria: 'String' })
  })

  it('let the change that is published fill every field that subscribers see', () => {
    const publish = schema
      .getMutationType()
      ?.getFields()
      .publishResourceChange?.args.map(({ name }) => name)
    expect(publish?.sort()).toEqual(Object.keys(fieldsOf('ResourceChange')).sort())
  })
})
