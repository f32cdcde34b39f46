/** The process is killed while it works on jobs, and between a write and its answer: nothing is lost or done twice. */
import { afterEach, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '#test/support/gateway-process.ts'

let gateway: GatewayProcess | undefined

afterEach(async () => {
  await gateway?.stop()
  gateway = undefined
})

const ENTRIES = 60
const JOBS = 8

const basic = (name: string) => ({ resourceType: 'Basic', identifier: [{ value: name }], code: { text: name } })

const bundleOf = (type: string, name: string) => ({
  resourceType: 'Bundle',
  type,
  entry: Array.from({ length: ENTRIES }, () => ({ resource: basic(name), request: { method: 'POST', url: 'Basic' } })),
})

const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify(body),
  })

async function totalOf({ baseUrl }: GatewayProcess, name: string): Promise<number> {
  const response = await fetch(`${baseUrl}/Basic?identifier=${name}&_total=accurate&_summary=count`)
  return ((await response.json()) as { total: number }).total
}

/** The job's result, once it has one. */
async function resultOf(url: string): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const response = await fetch(url)
    const text = await response.text()
    if (response.status !== 202) {
      expect(response.status).toBe(200)
      return JSON.parse(text) as Readonly<Record<string, unknown>>
    }
    expect(response.headers.get('x-progress')).not.toBe(null)
  }
}

test.each([0, 3, 30])('jobs are begun again after a kill, and write once (%i reads before it)', async reads => {
  gateway = await startGateway()
  const { baseUrl } = gateway
  const names = Array.from({ length: JOBS }, (_, index) => `${index % 2 === 0 ? 'transaction' : 'batch'}-${index}`)
  const locations = await Promise.all(
    names.map(async name => {
      const response = await post(baseUrl, bundleOf(name.split('-')[0] ?? '', name), { prefer: 'respond-async' })
      expect(response.status).toBe(202)
      return new URL(response.headers.get('content-location') ?? '').pathname
    }),
  )
  for (let read = 0; read < reads; read++) await (await fetch(`${baseUrl}/metadata`)).arrayBuffer()
  await gateway.kill()
  gateway = await gateway.restart()
  const { origin } = new URL(gateway.baseUrl)
  for (const [index, location] of locations.entries()) {
    const result = await resultOf(origin + location)
    expect(result).toMatchObject({ resourceType: 'Bundle' })
    const entries = result.entry as readonly { response: { status: string } }[]
    expect(entries.map(({ response }) => response.status)).toEqual(Array(ENTRIES).fill('201 Created'))
    expect(await totalOf(gateway, names[index] ?? '')).toBe(ENTRIES)
  }
})

test('a request sent again with its Idempotency-Key after a kill writes once', async () => {
  gateway = await startGateway()
  const { baseUrl, kill } = gateway
  const requests = Array.from({ length: 12 }, (_, index) => {
    const name = `retried-${index}`
    const [url, body, expected] =
      index % 2 === 0
        ? ([`${baseUrl}/Basic`, basic(name), 1] as const)
        : ([baseUrl, bundleOf('transaction', name), ENTRIES] as const)
    return { name, url, body, expected, headers: { 'idempotency-key': name } }
  })
  let answered = 0
  let killed: Promise<void> | undefined
  await Promise.all(
    requests.map(async ({ url, body, headers }) => {
      const response = await post(url, body, headers).catch(() => undefined)
      if (response) answered++
      if (answered === 3) killed ??= kill()
    }),
  )
  await killed
  gateway = await gateway.restart()
  const { origin } = new URL(gateway.baseUrl)
  for (const { name, url, body, headers, expected } of requests) {
    const again = await post(url.replace(new URL(url).origin, origin), body, headers)
    expect([200, 201]).toContain(again.status)
    await again.arrayBuffer()
    expect({ name, total: await totalOf(gateway, name) }).toEqual({ name, total: expected })
  }
})
