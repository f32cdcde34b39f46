import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  capitalize,
  choiceName,
  graphqlInputName,
  graphqlTypeName,
  searchArgumentName,
  searchParameterCode,
} from '#schema/names.ts'
import type {
  CompartmentFile,
  ElementTable,
  ExtractionPath,
  ExtractionStep,
  Manifest,
  SearchParameterFile,
  SearchParameterTable,
  TypeTable,
  ValueSetFile,
} from '#schema/tables.ts'
import { loadDefinitions } from './load.ts'
import { restoreR4 } from './restore.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'schema', 'generated')

function readTable<Table>(path: string): Table {
  return JSON.parse(readFileSync(join(folder, path), 'utf8'))
}

function readFolder<Table>(path: string): ReadonlyMap<string, Table> {
  const names = readdirSync(join(folder, path)).map(file => file.replace('.json', ''))
  return new Map(names.map(name => [name, readTable<Table>(`${path}/${name}.json`)]))
}

const manifest = readTable<Manifest>('manifest.json')
const types = readFolder<TypeTable>('elements')
const parameters = readFolder<SearchParameterFile>('search-parameters')
const valueSets = readTable<ValueSetFile>('value-sets.json')
const compartments = readTable<CompartmentFile>('compartments.json')

const parameterOf = (type: string, code: string): SearchParameterTable | undefined =>
  parameters.get(type)?.find(parameter => parameter.code === code)

const elementsOf = (path: string): readonly ElementTable[] | undefined =>
  types.get(path.replace(/\..*/, ''))?.components[path]

const allElements = [...types.values()].flatMap(({ components }) => Object.values(components).flat())

describe('elements', () => {
  it('are there for all 146 resource types of R4 and its data types', () => {
    expect(manifest.resourceTypes).toHaveLength(146)
    expect([...types.keys()].sort()).toEqual([...manifest.resourceTypes, ...manifest.complexTypes].sort())
  })

  it('have types that are primitive or have elements themselves', () => {
    const names = new Set(allElements.flatMap(element => element.types))
    const unknown = [...names].filter(
      name => !/^[a-z]/.test(name) && name !== 'Resource' && elementsOf(name) === undefined,
    )
    expect(unknown).toEqual([])
    expect([...names].filter(name => /^[a-z]/.test(name)).sort()).toEqual(primitives)
  })

  it('have targets that are resource types, and bindings that are expanded', () => {
    const targets = new Set(allElements.flatMap(element => element.targets ?? []))
    expect([...targets].filter(target => !manifest.resourceTypes.includes(target))).toEqual([])
    const bindings = new Set(allElements.flatMap(({ binding }) => (binding === undefined ? [] : [binding])))
    expect([...bindings].sort()).toEqual(Object.keys(valueSets))
    expect(Object.keys(valueSets).filter(url => valueSets[url]?.open)).toEqual([
      'http://hl7.org/fhir/ValueSet/currencies',
      'http://hl7.org/fhir/ValueSet/mimetypes',
      'http://hl7.org/fhir/ValueSet/ucum-units',
      'http://loinc.org/vs/LL379-9',
    ])
  })

  it.each([
    ['Patient', 'deceased', { types: ['boolean', 'dateTime'], choice: true, summary: true, modifier: true }],
    ['Patient.link', 'other', { types: ['Reference'], min: 1, targets: ['Patient', 'RelatedPerson'], summary: true }],
    ['Bundle.entry', 'link', { types: ['Bundle.link'], max: '*', summary: true }],
    ['Bundle.entry', 'resource', { types: ['Resource'], summary: true }],
    ['Narrative', 'div', { types: ['xhtml'], min: 1 }],
    ['Extension', 'url', { types: ['uri'], min: 1, attribute: true }],
    ['Patient', 'id', { types: ['id'], summary: true }],
    [
      'Observation',
      'subject',
      { types: ['Reference'], targets: ['Patient', 'Group', 'Device', 'Location'], summary: true },
    ],
    [
      'Observation',
      'status',
      {
        types: ['code'],
        min: 1,
        binding: 'http://hl7.org/fhir/ValueSet/observation-status',
        summary: true,
        modifier: true,
      },
    ],
    [
      'EvidenceVariable',
      'characteristic',
      { types: ['EvidenceVariable.characteristic'], min: 1, max: '*', summary: true },
    ],
  ])('of %s have %s', (path, name, rest) => {
    expect(elementsOf(path)?.find(element => element.name === name)).toEqual({ name, ...rest })
  })

  it.each([
    ['Meta', ['id', 'extension', 'versionId', 'lastUpdated', 'source', 'profile', 'security', 'tag']],
    ['Binary', ['id', 'meta', 'implicitRules', 'language', 'contentType', 'securityContext', 'data']],
    ['ResearchStudy.objective', ['id', 'extension', 'modifierExtension', 'name', 'type']],
  ])('of %s are those of R4 and no others', (path, names) => {
    expect(elementsOf(path)?.map(({ name }) => name)).toEqual(names)
  })
})

const primitives = [
  'base64Binary',
  'boolean',
  'canonical',
  'code',
  'date',
  'dateTime',
  'decimal',
  'id',
  'instant',
  'integer',
  'markdown',
  'oid',
  'positiveInt',
  'string',
  'time',
  'unsignedInt',
  'uri',
  'url',
  'uuid',
  'xhtml',
]

describe('search parameters', () => {
  it('are there for every type', () => {
    expect([...parameters.keys()].sort()).toEqual([...manifest.resourceTypes, 'DomainResource', 'Resource'].sort())
  })

  it('are compiled but for those without an expression; this list may only shrink', () => {
    const reason = 'The definition has no expression: it is evaluated by its own rules.'
    expect(manifest.uncompiled).toEqual([
      { url: 'http://hl7.org/fhir/SearchParameter/DomainResource-text', type: 'DomainResource', reason },
      { url: 'http://hl7.org/fhir/SearchParameter/Resource-content', type: 'Resource', reason },
      { url: 'http://hl7.org/fhir/SearchParameter/Resource-query', type: 'Resource', reason },
    ])
  })

  it.runIf(existsSync(join(root, '.cache', 'definitions')))('leave out none of the definitions', () => {
    const { searchParameters } = restoreR4(loadDefinitions(root), () => {})
    const defined = searchParameters.flatMap(({ url, base }) => base.map(type => `${type} ${url}`))
    const tables = [...parameters].flatMap(([type, list]) => list.map(({ url }) => `${type} ${url}`))
    const listed = manifest.uncompiled.map(({ url, type }) => `${type} ${url}`)
    expect([...tables, ...listed].sort()).toEqual(defined.sort())
  })

  it('have paths that follow the elements and end at the type that they name', () => {
    const broken: string[] = []
    for (const [type, list] of parameters) {
      const start = type === 'Resource' || type === 'DomainResource' ? 'Basic' : type
      for (const parameter of list) {
        broken.push(...parameter.paths.flatMap(path => problemsOf(path, start, `${type}.${parameter.code}`)))
        for (const { code, paths } of parameter.components ?? []) {
          const subject = `${type}.${parameter.code}/${code}`
          const reached = paths.flatMap(path => {
            // The path fits where one of the elements that the composite selects has it.
            const problems = parameter.paths.map(({ type: base }) => problemsOf(path, base, subject, start))
            return problems.some(list => list.length === 0) ? [] : problems.flat()
          })
          broken.push(...reached)
        }
      }
    }
    expect(broken).toEqual([])
  })

  it.each<[type: string, code: string, rest: Omit<SearchParameterTable, 'code' | 'url'>]>([
    [
      'Patient',
      'deceased',
      {
        type: 'token',
        paths: [{ steps: [{ existsAndNotFalse: ['deceasedBoolean', 'deceasedDateTime'] }], type: 'boolean' }],
      },
    ],
    [
      'Patient',
      'phone',
      { type: 'token', paths: [{ steps: ['telecom', { where: ['system', 'phone'] }], type: 'ContactPoint' }] },
    ],
    ['Practitioner', 'name', { type: 'string', paths: [{ steps: ['name'], type: 'HumanName' }] }],
    ['Encounter', 'date', { type: 'date', paths: [{ steps: ['period'], type: 'Period' }] }],
    ['Location', 'near', { type: 'special', paths: [{ steps: ['position'], type: 'Location.position' }] }],
    [
      'Observation',
      'patient',
      {
        type: 'reference',
        paths: [{ steps: ['subject', { resolvesTo: ['Patient'] }], type: 'Reference' }],
        targets: ['Patient'],
      },
    ],
    [
      'Bundle',
      'composition',
      {
        type: 'reference',
        paths: [{ steps: ['entry', { index: 0 }, 'resource', { resourceType: 'Composition' }], type: 'Composition' }],
        targets: ['Composition'],
      },
    ],
    [
      'Library',
      'depends-on',
      {
        type: 'reference',
        paths: [{ steps: ['relatedArtifact', { where: ['type', 'depends-on'] }, 'resource'], type: 'canonical' }],
      },
    ],
    [
      'RiskAssessment',
      'probability',
      { type: 'number', paths: [{ steps: ['prediction', 'probabilityDecimal'], type: 'decimal' }] },
    ],
  ])('of %s have %s', (type, code, rest) => {
    const { url: _, ...table } = parameterOf(type, code) ?? { url: '' }
    expect(table).toEqual({ code, ...rest })
  })

  it('point back by codes that hold references to the type', () => {
    const wrong = Object.entries(manifest.reverse).flatMap(([target, sources]) =>
      Object.entries(sources).flatMap(([source, codes]) =>
        codes.filter(code => parameterOf(source, code)?.targets?.includes(target) !== true),
      ),
    )
    expect(wrong).toEqual([])
    expect(manifest.reverse.Patient?.Observation).toEqual(['patient', 'performer', 'subject'])
  })

  it('make the five compartments', () => {
    expect(Object.keys(compartments)).toEqual(['Device', 'Encounter', 'Patient', 'Practitioner', 'RelatedPerson'])
    const unknown = Object.values(compartments).flatMap(members =>
      Object.entries(members).flatMap(([type, codes]) => codes.filter(code => parameterOf(type, code) === undefined)),
    )
    expect(unknown).toEqual([])
    expect(compartments.Patient?.Observation).toEqual(['subject', 'performer'])
  })
})

function problemsOf({ steps, type }: ExtractionPath, start: string, subject: string, resource = start): string[] {
  const end = steps.reduce<string | undefined>(
    (at, step) => (at === undefined ? at : follow(at, step, resource)),
    start,
  )
  return end === type ? [] : [`${subject}: ${JSON.stringify(steps)} ends at ${end}, not at ${type}`]
}

function follow(at: string, step: ExtractionStep, resource: string): string | undefined {
  if (typeof step === 'string') return properties(at).get(step)
  if ('resource' in step) return resource
  if ('resourceType' in step) return at === 'Resource' ? step.resourceType : undefined
  if ('resolvesTo' in step) return at === 'Reference' ? at : undefined
  if ('existsAndNotFalse' in step)
    return step.existsAndNotFalse.every(name => properties(at).has(name)) ? 'boolean' : undefined
  if ('where' in step) {
    const end = step.where[0]
      .split('.')
      .reduce<string | undefined>((inner, name) => properties(inner ?? '').get(name), at)
    return end === undefined ? undefined : at
  }
  return at
}

/** Type by JSON name. */
function properties(path: string): ReadonlyMap<string, string> {
  const pairs = (elementsOf(path) ?? []).flatMap(({ name, choice, types: names }) =>
    names.map(type => [choice === true ? choiceName(name, type) : name, type] as const),
  )
  return new Map(pairs)
}

describe('names', () => {
  it('of search arguments lead back to their parameters, without a clash', () => {
    for (const list of parameters.values()) {
      const codes = list.map(({ code }) => code)
      expect(codes.map(code => searchParameterCode(searchArgumentName(code)))).toEqual(codes)
    }
  })

  it('of GraphQL types, inputs and connections are all different', () => {
    const paths = [...types.values()].flatMap(({ components }) => Object.keys(components))
    const names = [
      ...paths.flatMap(path => [graphqlTypeName(path), graphqlInputName(path)]),
      ...manifest.resourceTypes.flatMap(type => [`${type}Connection`, `${type}Edge`]),
      'Resource',
      'ResourceChange',
      'Query',
      'Mutation',
      'SubscriptionRoot',
    ]
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('of JSON properties are different within a component', () => {
    for (const elements of [...types.values()].flatMap(({ components }) => Object.values(components))) {
      const names = elements.flatMap(({ name, choice, types: each }) =>
        choice === true ? each.map(type => name + capitalize(type)) : [name],
      )
      expect(new Set(names).size).toBe(names.length)
    }
  })
})
