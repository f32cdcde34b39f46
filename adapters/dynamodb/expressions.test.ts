import { expect, test } from 'vitest'
import { conditionParts, rangeParts, updateParts } from './expressions.ts'

test('conditions', () => {
  expect(conditionParts(undefined)).toEqual({})
  expect(conditionParts(['absent'])).toEqual({
    ConditionExpression: 'attribute_not_exists(#partition)',
    ExpressionAttributeNames: { '#partition': 'partition' },
  })
  expect(conditionParts(['absent', { tx: 'T', version: 1, nonce: undefined }])).toEqual({
    ConditionExpression:
      'attribute_not_exists(#partition) OR ' +
      '(attribute_exists(#partition) AND #tx = :v0 AND #version = :v1 AND attribute_not_exists(#nonce))',
    ExpressionAttributeNames: { '#partition': 'partition', '#tx': 'tx', '#version': 'version', '#nonce': 'nonce' },
    ExpressionAttributeValues: { ':v0': { S: 'T' }, ':v1': { N: '1' } },
  })
})

test('updates', () => {
  const update = {
    kind: 'update',
    key: { partition: 'p', sort: 's' },
    set: { changes: 'c' },
    remove: ['tx', 'prior'],
    condition: [{ tx: 'T' }],
  } as const
  expect(updateParts(update)).toEqual({
    UpdateExpression: 'SET #changes = :v0 REMOVE #tx, #prior',
    ConditionExpression: '(attribute_exists(#partition) AND #tx = :v1)',
    ExpressionAttributeNames: { '#changes': 'changes', '#tx': 'tx', '#prior': 'prior', '#partition': 'partition' },
    ExpressionAttributeValues: { ':v0': { S: 'c' }, ':v1': { S: 'T' } },
  })
  expect(updateParts({ ...update, set: {} }).UpdateExpression).toBe('REMOVE #tx, #prior')
  const subtracting = { ...update, set: {}, remove: [], subtract: { writes: new Set(['a', 'b']) }, condition: [{}] }
  expect(updateParts(subtracting)).toEqual({
    UpdateExpression: 'DELETE #writes :v0',
    ConditionExpression: '(attribute_exists(#partition))',
    ExpressionAttributeNames: { '#writes': 'writes', '#partition': 'partition' },
    ExpressionAttributeValues: { ':v0': { SS: ['a', 'b'] } },
  })
})

test.each([
  [undefined, undefined, '#partition = :v0'],
  ['a', undefined, '#partition = :v0 AND #sort >= :v1'],
  [undefined, 'b', '#partition = :v0 AND #sort <= :v1'],
  ['a', 'b', '#partition = :v0 AND #sort BETWEEN :v1 AND :v2'],
])('ranges from %s to %s', (from, to, expression) => {
  const parts = rangeParts({ partitionName: 'partition', sortName: 'sort', partition: 'p', from, to })
  expect(parts.KeyConditionExpression).toBe(expression)
})
