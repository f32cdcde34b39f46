import { expect, test } from 'vitest'
import { testWorld } from '#test/support/test-world.ts'

test('a version says how many contained resources it or one before it has at the most', async () => {
  const { service, call, ports } = testWorld()
  const key = { type: 'List', id: 'a' }
  const update = (count: number) => {
    const contained = Array.from({ length: count }, (_, index) => ({ resourceType: 'Patient', id: `p${index}` }))
    const content = {
      ...{ resourceType: 'List', id: 'a', status: 'current', mode: 'working' },
      ...(count > 0 && { contained, entry: contained.map(({ id }) => ({ item: { reference: `#${id}` } })) }),
    }
    return service.update(call, { ...key, content })
  }
  for (const count of [0, 2, 1, 0]) await update(count)
  await service.delete(call, key)
  await update(3)
  expect(ports.changes.map(({ containedMax }) => containedMax)).toEqual([undefined, 2, 2, 2, 2, 3])
})
