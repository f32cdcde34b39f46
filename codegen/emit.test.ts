import { expect, it } from 'vitest'
import { searchParameter, smallStructures } from '#test/support/small-definitions.ts'
import { emitDescribedGraphql } from './emit-described-graphql.ts'
import { completeSdl, emitGraphql, type GraphqlOptions } from './emit-graphql.ts'
import { emitTables } from './emit-tables.ts'
import { emitTypes } from './emit-types.ts'
import { buildModel } from './model.ts'

const model = buildModel(
  {
    structures: smallStructures,
    dataElements: smallStructures.flatMap(({ snapshot }) => snapshot.element),
    searchParameters: [
      searchParameter('status', { type: 'token', expression: 'Thing.status' }),
      searchParameter('owner', { type: 'reference', expression: 'Thing.owner | Thing.value' }),
      searchParameter('any-subject', { type: 'reference', expression: 'Thing.subject' }),
      searchParameter('broken', { type: 'token', expression: 'Thing.none' }),
      searchParameter('_id', { type: 'token', base: ['Resource'], expression: 'Resource.id' }),
    ],
    compartments: [
      {
        resourceType: 'CompartmentDefinition',
        code: 'Basic',
        resource: [
          { code: 'Thing', param: ['owner', 'unknown'] },
          { code: 'Basic', param: ['{def}'] },
        ],
      },
    ],
    searchCodes: new Map([['Thing', new Set(['status', 'owner', 'any-subject', 'broken'])]]),
    codeSystems: [],
    valueSets: [
      {
        resourceType: 'ValueSet',
        url: 'http://example.org/statuses',
        compose: { include: [{ system: 'urn:statuses', concept: [{ code: 'on' }, { code: 'off' }] }] },
      },
    ],
  },
  () => {},
)

const golden = (name: string): string => `../test/golden/${name}`

const least: GraphqlOptions = { inputs: 'json', reverse: 'none', reverseArguments: 'few', listArguments: [] }

it.each<[file: string, options: GraphqlOptions]>([
  ['small-complete.graphql.txt', completeSdl],
  ['small-one-type.graphql.txt', { ...least, reverse: 'list', reverseArguments: 'all', resourceTypes: ['Thing'] }],
  ['small-least.graphql.txt', { ...least, resourceTypes: ['Basic'] }],
])('writes the SDL %s', async (file, options) => {
  await expect(emitGraphql(model, options)).toMatchFileSnapshot(golden(file))
})

it('writes the described SDL', async () => {
  const sdl = emitGraphql(model, { ...least, resourceTypes: ['Thing'] })
  await expect(emitDescribedGraphql(sdl, model)).toMatchFileSnapshot(golden('small-described.graphql.txt'))
})

it('writes the TypeScript types', async () => {
  await expect(emitTypes(model)).toMatchFileSnapshot(golden('small-types.ts.txt'))
})

it('writes tables with a line for each element, parameter and entry', async () => {
  const files = [...emitTables(model)].filter(([path]) => /Thing|^[^/]*$/.test(path))
  const text = files.map(([path, content]) => `== ${path}\n${content}`).join('')
  await expect(text).toMatchFileSnapshot(golden('small-tables.txt'))
})

it('writes tables that are JSON', () => {
  const files = emitTables(model)
  const table: unknown = JSON.parse(files.get('elements/Thing.json') ?? '')
  expect(table).toEqual(model.types.get('Thing'))
  expect(JSON.parse(files.get('search-parameters/Basic.json') ?? '')).toEqual([])
  expect(JSON.parse(files.get('manifest.json') ?? '')).toEqual(model.manifest)
})
