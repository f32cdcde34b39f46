import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jsonOf, testDefinitions, testWorld } from '#test/support/test-world.ts'
import type { JsonObject } from '../resource/content.ts'
import { validateResource } from '../resource/validate.ts'
import { parseSearch } from '../search/parse.ts'
import { SOFTWARE } from '../software.ts'

const { service, call } = testWorld()
const statement = jsonOf(await service.capabilities(call)) as JsonObject
const definitions = testDefinitions.for(call.tenant)
const [rest] = statement.rest as JsonObject[]
const resources = (rest?.resource ?? []) as JsonObject[]

test('the statement is valid', () => {
  expect(validateResource(definitions, statement, { type: 'CapabilityStatement' }).issues).toEqual([])
})

test('it names the server and what it runs', () => {
  const { rest: _rest, ...head } = statement
  const { resource: _resource, ...system } = rest ?? {}
  expect({ head, system }).toEqual({
    head: {
      resourceType: 'CapabilityStatement',
      status: 'active',
      date: SOFTWARE.date,
      kind: 'instance',
      software: { name: SOFTWARE.name, version: SOFTWARE.version },
      implementation: { description: 'FHIR Gateway: FHIR REST and GraphQL over one service', url: call.baseUrl },
      fhirVersion: '4.0.1',
      format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
      patchFormat: [
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/xml-patch+xml',
        'application/fhir+json',
        'application/fhir+xml',
      ],
    },
    system: {
      mode: 'server',
      interaction: ['transaction', 'batch', 'search-system', 'history-system'].map(code => ({ code })),
      searchParam: ['_filter', '_list', '_text', '_content', '_type'].map(name => expect.objectContaining({ name })),
      compartment: ['device', 'encounter', 'patient', 'practitioner', 'relatedPerson'].map(
        name => `http://hl7.org/fhir/CompartmentDefinition/${name}`,
      ),
      operation: [
        { name: 'meta', definition: `${call.baseUrl}/OperationDefinition/Resource-meta` },
        { name: 'graphql', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql' },
      ],
    },
  })
})

test('the software version is that of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  expect(SOFTWARE.version).toBe((JSON.parse(text) as { version: string }).version)
})

test('every type is there with what it can do', () => {
  expect(resources.map(({ type }) => type)).toEqual(definitions.resourceTypes)
  const basic = resources.find(({ type }) => type === 'Basic')
  expect(basic).toEqual({
    type: 'Basic',
    interaction: [
      { code: 'read' },
      { code: 'vread' },
      { code: 'update' },
      { code: 'patch' },
      { code: 'delete' },
      { code: 'history-instance' },
      { code: 'history-type' },
      { code: 'create' },
      { code: 'search-type' },
    ],
    versioning: 'versioned',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'logical'],
    operation: [
      { name: 'validate', definition: `${call.baseUrl}/OperationDefinition/Resource-validate` },
      ...['meta', 'meta-add', 'meta-delete'].map(name => ({
        name,
        definition: `${call.baseUrl}/OperationDefinition/Resource-${name}`,
      })),
      { name: 'graphql', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql' },
    ],
    searchInclude: ['*', 'Basic:author', 'Basic:patient', 'Basic:subject'],
    searchParam: [
      { name: '_id', definition: 'http://hl7.org/fhir/SearchParameter/Resource-id', type: 'token' },
      { name: '_lastUpdated', definition: 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated', type: 'date' },
      { name: '_profile', definition: 'http://hl7.org/fhir/SearchParameter/Resource-profile', type: 'uri' },
      { name: '_security', definition: 'http://hl7.org/fhir/SearchParameter/Resource-security', type: 'token' },
      { name: '_source', definition: 'http://hl7.org/fhir/SearchParameter/Resource-source', type: 'uri' },
      { name: '_tag', definition: 'http://hl7.org/fhir/SearchParameter/Resource-tag', type: 'token' },
      { name: 'author', definition: 'http://hl7.org/fhir/SearchParameter/Basic-author', type: 'reference' },
      { name: 'code', definition: 'http://hl7.org/fhir/SearchParameter/Basic-code', type: 'token' },
      { name: 'created', definition: 'http://hl7.org/fhir/SearchParameter/Basic-created', type: 'date' },
      { name: 'identifier', definition: 'http://hl7.org/fhir/SearchParameter/Basic-identifier', type: 'token' },
      { name: 'patient', definition: 'http://hl7.org/fhir/SearchParameter/Basic-patient', type: 'reference' },
      { name: 'subject', definition: 'http://hl7.org/fhir/SearchParameter/Basic-subject', type: 'reference' },
    ],
  })
})

test('whatever it says can be searched and included is taken by the parser, on every type', () => {
  const context = { definitions, baseUrl: call.baseUrl, now: 0 }
  for (const resource of resources) {
    const type = String(resource.type)
    const names = (resource.searchParam as JsonObject[]).map(({ name }) => [`${name}:missing`, 'true'] as const)
    const includes = ((resource.searchInclude ?? []) as string[]).map(value => ['_include', value] as const)
    const reverse = ((resource.searchRevInclude ?? []) as string[]).map(value => ['_revinclude', value] as const)
    expect(() => parseSearch(context, type, [...names, ...includes, ...reverse], 'strict'), type).not.toThrow()
  }
})

test('the base URL is that of the call', async () => {
  const other = jsonOf(await service.capabilities({ ...call, baseUrl: 'https://x.example/"/fhir' })) as JsonObject
  expect((other.implementation as JsonObject).url).toBe('https://x.example/"/fhir')
})
