/** For a search parameter of a type: a search, a resource that it must find, and some that it must not. */
import type { CompositeComponentTable, ExtractionPath, ExtractionStep } from '#schema/tables.ts'
import type { Definitions, SearchParameter } from '#service/definitions.ts'
import { invariant } from '#service/invariant.ts'
import { mapConcurrently } from '#service/map-concurrently.ts'
import { parseQueryString } from '#service/query-string.ts'
import type { JsonObject, JsonValue, ResourceContent } from '#service/resource/content.ts'
import type { ScopedQuery } from '#service/search/ast.ts'
import type { IndexDocument } from '#service/search/document.ts'
import { evaluateQuery, NO_LOOKUP } from '#service/search/evaluate.ts'
import { extract } from '#service/search/extract.ts'
import { parseSearch } from '#service/search/parse.ts'
import { BASE_URL } from './arbitrary-resources.ts'

export interface ParameterPair {
  readonly type: string
  /** `Observation.code (CodeableConcept)`: a parameter, by each of its paths. */
  readonly name: string
  /** `code=urn:yes|yes` */
  readonly search: string
  readonly matching: IndexDocument
  readonly others: readonly IndexDocument[]
}

/** Two values of a FHIR type, and how the first is searched for. */
interface Sample {
  readonly yes: JsonValue
  readonly no: JsonValue
  readonly sought: string
}

const UCUM = 'http://unitsofmeasure.org'
const mg = (value: number): JsonObject => ({ value, system: UCUM, code: 'mg', unit: 'mg' })
const coding = (code: string): JsonObject => ({ system: 'urn:codes', code })
const uris: Sample = { yes: 'http://example.org/yes', no: 'http://example.org/no', sought: 'http://example.org/yes' }
const words: Sample = { yes: 'yes', no: 'no', sought: 'yes' }
const text: Sample = { yes: 'Yés, Sir', no: 'No, Sir', sought: 'yes' }
const amounts: Sample = { yes: mg(5.4), no: mg(54), sought: `0.0054|${UCUM}|g` }
const whole: Sample = { yes: 5, no: 7, sought: '5' }

const SAMPLES: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  token: {
    CodeableConcept: {
      yes: { coding: [coding('other'), coding('yes')] },
      no: { coding: [coding('no')], text: 'yes' },
      sought: 'urn:codes|yes',
    },
    Coding: { yes: coding('yes'), no: coding('no'), sought: 'urn:codes|yes' },
    Identifier: {
      yes: { system: 'urn:ids', value: 'yes' },
      no: { system: 'urn:ids', value: 'no' },
      sought: 'urn:ids|yes',
    },
    ContactPoint: { yes: { value: 'yes' }, no: { value: 'no' }, sought: 'yes' },
    boolean: { yes: true, no: false, sought: 'true' },
    code: words,
    id: words,
    string: words,
    uri: uris,
    canonical: uris,
  },
  string: {
    string: text,
    markdown: text,
    HumanName: { yes: { given: ['Any', 'Yés'] }, no: { given: ['No'], family: 'Other' }, sought: 'yes' },
    Address: { yes: { line: ['1', 'Yes Street'] }, no: { line: ['1'], city: 'No' }, sought: 'yes' },
  },
  date: {
    date: { yes: '2013-01-14', no: '2014-01-14', sought: '2013-01' },
    dateTime: { yes: '2013-01-14T10:00:00+02:00', no: '2013-01-14T13:00:00Z', sought: '2013-01-14T08:00:00Z' },
    instant: { yes: '2013-01-14T10:00:00.5Z', no: '2013-01-15T10:00:00Z', sought: 'lt2013-01-15' },
    Period: { yes: { start: '2013-01-14' }, no: { end: '2013-01-10' }, sought: 'gt2013-01-20' },
    Timing: {
      yes: { event: ['2013-01-14', '2013-01-16'] },
      no: { repeat: { boundsPeriod: { start: '2013-01-01', end: '2013-01-02' } } },
      sought: 'sa2013-01-10',
    },
  },
  number: { integer: whole, positiveInt: whole, unsignedInt: whole, decimal: { yes: 0.8, no: 0.7, sought: 'gt0.75' } },
  quantity: {
    Quantity: amounts,
    Age: amounts,
    Count: amounts,
    Distance: amounts,
    Duration: amounts,
    Range: { yes: { low: mg(5), high: mg(6) }, no: { low: mg(7) }, sought: `lt0.0055|${UCUM}|g` },
    Money: {
      yes: { value: 5.4, currency: 'EUR' },
      no: { value: 5.4, currency: 'USD' },
      sought: '5.4|urn:iso:std:iso:4217|EUR',
    },
  },
  uri: { uri: uris, url: uris, oid: uris, uuid: uris, canonical: uris },
  special: {
    'Location.position': {
      yes: { latitude: 52.5, longitude: 13.4 },
      no: { latitude: 53.5, longitude: 13.4 },
      sought: '52.5|13.45|5|km',
    },
  },
}

function sampleOf(kind: string, path: ExtractionPath, targets: readonly string[] | undefined): Sample | undefined {
  if (kind !== 'reference') return SAMPLES[kind]?.[path.type]
  const resolving = path.steps.find(step => typeof step === 'object' && 'resolvesTo' in step) as
    | { readonly resolvesTo: readonly string[] }
    | undefined
  if (path.type === 'Reference') {
    const type = resolving?.resolvesTo[0] ?? targets?.[0] ?? 'Patient'
    const of = (id: string) => ({ reference: `${type}/${id}` })
    return { yes: of('yes'), no: of('no'), sought: `${type}/yes` }
  }
  if (path.type === 'canonical' || path.type === 'uri' || path.type === 'url') return uris
  // A resource inside of this one.
  return { yes: { id: 'yes' }, no: { id: 'no' }, sought: `${path.type}/yes` }
}

/** Every parameter of every type, by each path that can have values. */
export function parameterPairs(definitions: Definitions): { pairs: ParameterPair[]; without: string[] } {
  const pairs: ParameterPair[] = []
  const without: string[] = []
  for (const type of definitions.resourceTypes) {
    for (const parameter of definitions.searchParameters(type).values()) {
      const found = pairsOf(definitions, parameter, pairs.length)
      if (found.length === 0) without.push(`${type}.${parameter.code}`)
      pairs.push(...found)
    }
  }
  return { pairs, without }
}

function pairsOf(definitions: Definitions, parameter: SearchParameter, count: number): ParameterPair[] {
  const { resourceType: type, code, kind, paths, targets } = parameter
  if (code === '_lastUpdated') return [lastUpdatedPair(definitions, type, count)]
  const pairs: ParameterPair[] = []
  for (const path of paths) {
    const made =
      kind === 'composite'
        ? compositeResources(definitions, parameter, path)
        : plainResources(definitions, type, path, sampleOf(kind, path, targets))
    if (!made) continue
    const number = count + pairs.length
    const documents = made.resources.map((resource, index) =>
      documentOf(definitions, {
        ...resource,
        resourceType: type,
        id: code === '_id' ? ID_NAMES[index] + String(number) : `r${number}-${index}`,
      }),
    )
    const [matching, ...others] = documents
    invariant(matching, 'one resource at least')
    const sought = code === '_id' ? matching.id : made.sought
    pairs.push({ type, name: `${type}.${code} (${path.type})`, search: `${code}=${sought}`, matching, others })
  }
  return pairs
}

const ID_NAMES = ['yes', 'no']

const documentOf = (definitions: Definitions, resource: ResourceContent, lastUpdated = 0): IndexDocument =>
  extract(definitions, resource, { versionId: 1, lastUpdated, baseUrl: BASE_URL })

function lastUpdatedPair(definitions: Definitions, type: string, number: number): ParameterPair {
  const resource = { resourceType: type, id: `r${number}-0` }
  return {
    type,
    name: `${type}._lastUpdated`,
    search: '_lastUpdated=2013-01-14',
    matching: documentOf(definitions, resource, Date.UTC(2013, 0, 14, 12)),
    others: [documentOf(definitions, { ...resource, id: `r${number}-1` }, Date.UTC(2013, 0, 15))],
  }
}

interface Made {
  readonly sought: string
  /** The one that matches comes first. */
  readonly resources: readonly JsonObject[]
}

function plainResources(
  definitions: Definitions,
  type: string,
  path: ExtractionPath,
  sample: Sample | undefined,
): Made | undefined {
  if (!sample) return undefined
  const resources = [sample.yes, sample.no].map(value => {
    const resource: JsonObject = {}
    place(definitions, type, resource, path.steps, value)
    return resource
  })
  return { sought: sample.sought, resources }
}

/** One with both in one element; one with the last of them wrong; one with each in an element of its own. */
function compositeResources(
  definitions: Definitions,
  { resourceType: type, table }: SearchParameter,
  path: ExtractionPath,
): Made | undefined {
  const components = (table.components ?? []).map(component => componentOf(component, path))
  if (components.some(component => component === undefined)) return undefined
  const found = components as { readonly path: ExtractionPath; readonly sample: Sample }[]
  const element = (resource: JsonObject, isRight: (index: number) => boolean): JsonObject => {
    const made: JsonObject = {}
    for (const [index, { path: its, sample }] of found.entries()) {
      const value = isRight(index) ? sample.yes : sample.no
      const [first, ...rest] = its.steps
      if (typeof first === 'object' && 'resource' in first) place(definitions, type, resource, rest, value)
      else place(definitions, path.type, made, its.steps, value)
    }
    return made
  }
  const resourceWith = (...tests: ((index: number) => boolean)[]): JsonObject => {
    const resource: JsonObject = {}
    for (const test of tests) place(definitions, type, resource, path.steps, element(resource, test))
    return resource
  }
  const last = found.length - 1
  const repeats = path.steps.length > 0 && !found.some(({ path: its }) => typeof its.steps[0] === 'object')
  const resources = [resourceWith(() => true), resourceWith(index => index !== last)]
  if (repeats && isMany(definitions, type, path.steps)) {
    resources.push(
      resourceWith(
        index => index !== last,
        index => index === last,
      ),
    )
  }
  return { sought: found.map(({ sample }) => sample.sought).join('$'), resources }
}

function componentOf({ type: kind, paths }: CompositeComponentTable, above: ExtractionPath) {
  for (const path of paths) {
    const sample = sampleOf(
      kind,
      path,
      above.type === 'DocumentReference.relatesTo' ? ['DocumentReference'] : undefined,
    )
    if (sample) return { path, sample }
  }
  return undefined
}

function isMany(definitions: Definitions, type: string, steps: readonly ExtractionStep[]): boolean {
  const [first] = steps
  return typeof first === 'string' && definitions.component(type)?.properties.get(first)?.many === true
}

/** Puts the value where the steps lead to, beside what is there already. */
function place(
  definitions: Definitions,
  component: string,
  element: JsonObject,
  steps: readonly ExtractionStep[],
  value: JsonValue,
): void {
  const [step, ...rest] = steps
  if (step === undefined) {
    Object.assign(element, value)
  } else if (typeof step === 'string') {
    const property = definitions.component(component)?.properties.get(step)
    invariant(property, `${component} has ${step}`)
    const next = rest[0]
    const isLeaf = rest.every(each => typeof each === 'object' && 'resolvesTo' in each)
    const child = isLeaf ? value : {}
    if (!isLeaf)
      place(
        definitions,
        property.type,
        child as JsonObject,
        typeof next === 'object' && 'index' in next ? rest.slice(1) : rest,
        value,
      )
    const before = element[step]
    element[step] = property.many ? [...(Array.isArray(before) ? before : []), child] : child
  } else if ('where' in step) {
    const [name = '', ...more] = step.where[0].split('.')
    if (more.length === 0) element[name] = step.where[1]
    else place(definitions, component, element, step.where[0].split('.'), step.where[1])
    place(definitions, component, element, rest, value)
  } else if ('resourceType' in step) {
    element.resourceType = step.resourceType
    place(definitions, step.resourceType, element, rest, value)
  } else if ('existsAndNotFalse' in step) {
    const [name = ''] = step.existsAndNotFalse
    element[name] = value
  } else {
    place(definitions, component, element, rest, value)
  }
}

/** What went wrong, a line a pair; each search is of all resources of its type. */
export async function searchPairs(
  definitions: Definitions,
  pairs: readonly ParameterPair[],
  find: (query: ScopedQuery) => Promise<readonly string[]>,
): Promise<string[]> {
  const byType = Map.groupBy(
    pairs.flatMap(({ matching, others }) => [matching, ...others]),
    ({ type }) => type,
  )
  const wrong = await mapConcurrently(pairs, SEARCHES_AT_ONCE, async ({ type, name, search, matching, others }) => {
    const context = { definitions, baseUrl: BASE_URL, now: 0 }
    const { query } = parseSearch(context, type, parseQueryString(encodeURI(search)), 'strict')
    const expected = (byType.get(type) ?? []).filter(document => evaluateQuery(query, document, NO_LOOKUP))
    const problems: string[] = []
    if (!expected.includes(matching)) problems.push('does not find what matches')
    if (others.some(other => expected.includes(other))) problems.push('finds what does not match')
    const found = [...(await find(query as ScopedQuery))].sort()
    const ids = expected.map(({ id }) => id).sort()
    if (found.join() !== ids.join()) problems.push(`the engine has ${found.join()}, not ${ids.join()}`)
    return problems.map(problem => `${name}, ${search}: ${problem}`)
  })
  return wrong.flat()
}

const SEARCHES_AT_ONCE = 8
