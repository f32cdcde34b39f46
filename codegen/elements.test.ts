import { expect, it } from 'vitest'
import { smallStructures } from '#test/support/small-definitions.ts'
import { typeTables } from './elements.ts'

const tables = typeTables(smallStructures)

it('makes a table for each type, with backbones, content references, choices, targets and bindings', () => {
  expect(tables.get('Thing')).toEqual({
    name: 'Thing',
    kind: 'resource',
    components: {
      Thing: [
        { name: 'id', types: ['id'] },
        { name: 'contained', types: ['Resource'], max: '*' },
        {
          name: 'status',
          types: ['code'],
          min: 1,
          binding: 'http://example.org/statuses',
          summary: true,
          modifier: true,
        },
        { name: 'alias', types: ['string'], max: '*' },
        {
          name: 'value',
          types: ['boolean', 'decimal', 'dateTime', 'Reference'],
          choice: true,
          min: 1,
          targets: ['Basic', 'Thing'],
        },
        { name: 'owner', types: ['Reference'], targets: ['Thing'] },
        { name: 'subject', types: ['Reference'] },
        { name: 'input', types: ['Thing.input'], max: 3 },
      ],
      'Thing.input': [
        { name: 'id', types: ['string'], attribute: true },
        { name: 'system', types: ['uri'] },
        { name: 'count', types: ['positiveInt'] },
        { name: 'input', types: ['Thing.input'], max: '*' },
      ],
    },
  })
})

it('marks XML attributes and reads FHIRPath system types as the FHIR types they stand for', () => {
  expect(tables.get('Extension')).toEqual({
    name: 'Extension',
    kind: 'complex-type',
    components: {
      Extension: [
        { name: 'id', types: ['string'], attribute: true },
        { name: 'extension', types: ['Extension'], max: '*' },
        { name: 'url', types: ['string'], min: 1, attribute: true },
        { name: 'value', types: ['boolean', 'Reference'], choice: true },
      ],
    },
  })
})

it('has tables for resources and data types only', () => {
  expect([...tables.keys()]).toEqual(['Element', 'Extension', 'Reference', 'Basic', 'OperationOutcome', 'Thing'])
})
