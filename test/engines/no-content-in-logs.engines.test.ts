import { describe, expect, inject, test } from 'vitest'
import { createStderrLogger } from '#runtime/stderr-logger.ts'
import { holdsNoMark, noContentInLogsSuite, outputOf, sendMarks } from '#test/conformance/no-content-in-logs.suite.ts'
import { breakableLink } from '#test/support/breakable-link.ts'
import { startEngineWorld } from '#test/support/engine-world.ts'

const logger = createStderrLogger('debug')

describe('over real engines', () => noContentInLogsSuite(() => startEngineWorld({ logger, searches: 'settled' })))

test('nor is it logged while the index is away', async () => {
  const link = await breakableLink(inject('engines').opensearch?.endpoint ?? '')
  const output = await outputOf(async () => {
    const world = await startEngineWorld({ logger, searchEndpoint: link.endpoint })
    await link.cut()
    const statuses = await sendMarks(world)
    expect(statuses).toContain(503)
    await link.mend()
    await world.settle()
    await world.close()
  })
  await link.close()
  expect(output).toContain('Changes have to come again')
  holdsNoMark(output)
})
