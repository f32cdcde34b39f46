import { expect, it } from 'vitest'
import { faultOf, oneFault } from '#test/support/test-world.ts'
import type { JsonValue } from '../../resource/content.ts'
import { parseJson } from '../../resource/json.ts'
import { searchArgumentsOf } from './search-parameters.ts'

const read = (values: Record<string, JsonValue>) => searchArgumentsOf(new Map(Object.entries(values)), 1000)
const refusal = (values: Record<string, JsonValue>) => faultOf((async () => read(values))())

it('arguments are parameters with the names and the values of REST', () => {
  expect(
    read({
      clinical_status: ['active', 'relapse'],
      _id: 'a',
      name: 'Berg, Olaf',
      note: 'escaped\\, already\\\\, not',
      value_quantity: parseJson('5.40'),
      active: true,
      _sort: '-_lastUpdated,name',
      _count: 3,
      _cursor: 'c',
      _reference: 'patient',
      _filter: 'name eq "a,b" or active eq true',
      fhirpath: 'name.exists()',
    }),
  ).toEqual({
    parameters: [
      ['clinical-status', 'active,relapse'],
      ['_id', 'a'],
      ['name', 'Berg\\, Olaf'],
      ['note', 'escaped\\, already\\\\\\, not'],
      ['value-quantity', '5.40'],
      ['active', 'true'],
      ['_sort', '-_lastUpdated,name'],
      ['_filter', 'name eq "a,b" or active eq true'],
    ],
    count: 3,
    cursor: 'c',
    fhirpath: 'name.exists()',
  })
})

it('what can’t be searched for is refused', async () => {
  const count = oneFault('invalid', 'value', 'The argument "_count" must be a number from 0 to 1000', '_count')
  expect(await refusal({ _count: -1 })).toEqual(count)
  expect(await refusal({ _count: 1001 })).toEqual(count)
  expect(await refusal({ _id: [] })).toEqual(
    oneFault('invalid', 'value', 'The argument "_id" must not be an empty list', '_id'),
  )
})
