import { expect, it } from 'vitest'
import { element, searchParameter, structure } from '#test/support/small-definitions.ts'
import type { Definitions, ElementDefinition, StructureDefinition } from './definitions.ts'
import { restoreR4 } from './restore.ts'

function restore(change: Partial<Definitions>): { restored: Definitions; remarks: readonly string[] } {
  const remarks: string[] = []
  const definitions: Definitions = {
    structures: [],
    dataElements: [],
    searchParameters: [],
    compartments: [],
    searchCodes: new Map(),
    codeSystems: [],
    valueSets: [],
    ...change,
  }
  const restored = restoreR4(definitions, ({ code, subject, message }) => remarks.push(`${code} ${subject} ${message}`))
  return { restored, remarks }
}

const pathsOf = ({ structures }: Definitions): readonly string[] =>
  structures.flatMap(({ snapshot }) => snapshot.element.map(({ path }) => path))

const longName = 'veryLongNameThatLeavesNoRoomForTheIdOfADataElement'

const inherited = (path: string): ElementDefinition =>
  element(path, { types: ['Meta'], base: { path: 'Resource.meta' } })

it('drops what no data element witnesses, with all that is in it', () => {
  const { restored, remarks } = restore({
    structures: [
      structure('Thing', 'resource', [
        inherited('Thing.meta'),
        element('Thing.name', { types: ['string'] }),
        element('Thing.added', { types: ['string'] }),
        element('Thing.part', { types: ['BackboneElement'] }),
        element('Thing.part.name', { types: ['string'] }),
        element('Thing.part.again', { contentReference: '#Thing.part' }),
        element('Thing.addedPart', { types: ['BackboneElement'] }),
        element('Thing.addedPart.name', { types: ['string'] }),
        element(`Thing.part.${longName}`, { types: ['string'] }),
      ]),
    ],
    dataElements: [element('Thing.name', { types: ['string'] }), element('Thing.part.name', { types: ['string'] })],
  })
  expect(pathsOf(restored)).toEqual([
    'Thing',
    'Thing.id',
    'Thing.meta',
    'Thing.name',
    'Thing.part',
    'Thing.part.name',
    'Thing.part.again',
    `Thing.part.${longName}`,
  ])
  expect(remarks).toEqual(['not-r4 Thing.added dropped', 'not-r4 Thing.addedPart dropped'])
})

it('restores changed and missing elements from their data elements, in order', () => {
  const { restored, remarks } = restore({
    structures: [
      structure('Thing', 'resource', [
        element('Thing.first', { types: ['markdown'] }),
        element('Thing.part', { types: ['BackboneElement'] }),
        element('Thing.part.name', { types: ['string'] }),
        element('Thing.last', { types: ['string'] }),
      ]),
    ],
    dataElements: [
      element('Thing.first', { types: ['string'], min: 1 }),
      element('Thing.part.name', { types: ['string'] }),
      element('Thing.part.missing', { types: ['string'] }),
      element('Thing.missing', { types: ['string'] }),
      element('Thing.last', { types: ['string'] }),
      // A profile's narrower rules come later under the same path, and say nothing about the type.
      element('Thing.last', { types: ['string'], max: '0' }),
    ],
  })
  expect(pathsOf(restored)).toEqual([
    'Thing',
    'Thing.id',
    'Thing.first',
    'Thing.part',
    'Thing.part.name',
    'Thing.part.missing',
    'Thing.missing',
    'Thing.last',
  ])
  expect(restored.structures[0]?.snapshot.element[2]).toEqual(element('Thing.first', { types: ['string'], min: 1 }))
  expect(remarks).toEqual([
    'restored Thing.first is {"min":1,"max":"1","isSummary":false,"isModifier":false,"type":[["string"]]}',
    'restored Thing.part.missing was missing',
    'restored Thing.missing was missing',
  ])
})

it('keeps the types of R4 only', () => {
  const others: readonly StructureDefinition[] = [
    { ...structure('Later', 'resource', []), fhirVersion: '4.3.0' },
    structure('Pattern', 'logical', []),
    { ...structure('Profile', 'complex-type', []), derivation: 'constraint' },
  ]
  const { restored } = restore({ structures: [structure('Thing', 'resource', []), ...others] })
  expect(restored.structures.map(({ name }) => name)).toEqual(['Thing'])
})

it('keeps the search parameters that HL7 lists for the type, and those of all types', () => {
  const { restored, remarks } = restore({
    searchParameters: [
      searchParameter('name', { type: 'string', base: ['Thing', 'Other'] }),
      searchParameter('added', { type: 'string' }),
      searchParameter('_id', { type: 'token', base: ['Resource'] }),
    ],
    searchCodes: new Map([['Thing', new Set(['name'])]]),
  })
  expect(restored.searchParameters.map(({ code, base }) => [code, base])).toEqual([
    ['name', ['Thing']],
    ['_id', ['Resource']],
  ])
  expect(remarks).toEqual(['not-r4 Other.name dropped', 'not-r4 Thing.added dropped'])
})
