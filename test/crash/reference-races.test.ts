/** The same over HTTP: requests of many connections, which the gateway takes in whatever order they come. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '#test/support/gateway-process.ts'
import { raceReferences } from '#test/support/reference-races.ts'

let gateway: GatewayProcess

beforeAll(async () => {
  process.env.REFERENCE_INTEGRITY = 'enforced'
  gateway = await startGateway()
})

afterAll(async () => {
  delete process.env.REFERENCE_INTEGRITY
  await gateway.stop()
})

test('of those who refer and those who delete both are first at times, and never both', async () => {
  const send = async (line: string, content?: object) => {
    const [method = '', path = ''] = line.split(' ')
    const response = await fetch(gateway.baseUrl + (path === '/' ? '' : path), {
      method,
      ...(content && { body: JSON.stringify(content), headers: { 'content-type': 'application/fhir+json' } }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const { deleted, referred } = await raceReferences(send, 60)
  expect([deleted > 0, referred > 0]).toEqual([true, true])
})
