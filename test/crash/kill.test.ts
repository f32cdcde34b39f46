/** The process is killed in the middle of writing. What was acknowledged is there; of a transaction all or nothing. */
import { afterEach, expect, test } from 'vitest'
import { type GatewayProcess, startGateway } from '#test/support/gateway-process.ts'

const TRANSACTION_ENTRIES = 40
const WRITERS = 4

let gateway: GatewayProcess | undefined

afterEach(async () => {
  await gateway?.stop()
  gateway = undefined
})

interface Written {
  /** `Basic/id` to the text that was acknowledged. */
  readonly created: Map<string, string>
  /** `Basic/id` to the last version that was acknowledged. */
  readonly updated: Map<string, number>
  /** Every transaction that was sent, and whether it was acknowledged. */
  readonly transactions: Map<string, boolean>
}

interface Versioned {
  readonly code: { readonly text: string }
  readonly meta: { readonly versionId: string }
}

test.each([40, 160])('after %i acknowledged writes', async writes => {
  gateway = await startGateway()
  const written = await writeUntilKilled(gateway, writes)
  expect(written.created.size).toBeGreaterThan(10)
  expect([...written.transactions.values()].filter(Boolean).length).toBeGreaterThan(5)
  gateway = await gateway.restart()
  const { baseUrl } = gateway

  for (const [reference, text] of written.created)
    expect(await json(`${baseUrl}/${reference}`)).toMatchObject({ code: { text }, meta: { versionId: '1' } })
  for (const [reference, version] of written.updated) {
    const newest = (await json(`${baseUrl}/${reference}`)) as unknown as Versioned
    // One more may have been written whose answer did not get out.
    expect([version, version + 1]).toContain(Number(newest.meta.versionId))
    expect(newest.code.text).toBe(`version ${newest.meta.versionId}`)
  }
  for (const [name, acknowledged] of written.transactions) {
    const { total } = await json(`${baseUrl}/Basic?identifier=${name}&_total=accurate&_summary=count`)
    expect(acknowledged ? [TRANSACTION_ENTRIES] : [0, TRANSACTION_ENTRIES]).toContain(total)
  }
})

/** Writers write in turn until so many writes were acknowledged; then the kill falls among those under way. */
async function writeUntilKilled({ baseUrl, kill }: GatewayProcess, writes: number): Promise<Written> {
  const written: Written = { created: new Map(), updated: new Map(), transactions: new Map() }
  let acknowledged = 0
  let killed: Promise<void> | undefined
  const acknowledge = (): void => {
    acknowledged++
    if (acknowledged === writes) killed = kill()
  }
  const write = async (writer: number): Promise<void> => {
    for (let turn = 1; !killed; turn++) {
      await create(baseUrl, written, `${writer}-${turn}`)
      acknowledge()
      await update(baseUrl, written, `updated-${writer}`, turn)
      acknowledge()
      await transact(baseUrl, written, `transaction-${writer}-${turn}`)
      acknowledge()
    }
  }
  await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) => write(writer).catch(onlyIf(() => killed !== undefined))),
  )
  await killed
  return written
}

const onlyIf =
  (expected: () => boolean) =>
  (error: unknown): void => {
    if (!expected()) throw error
  }

async function create(baseUrl: string, { created }: Written, text: string): Promise<void> {
  const { response } = await send('POST', `${baseUrl}/Basic`, { resourceType: 'Basic', code: { text } })
  expect(response.status).toBe(201)
  const reference = /Basic\/[^/]+(?=\/_history)/.exec(response.headers.get('location') ?? '')?.[0] ?? 'no location'
  created.set(reference, text)
}

async function update(baseUrl: string, { updated }: Written, id: string, version: number): Promise<void> {
  const resource = { resourceType: 'Basic', id, code: { text: `version ${version}` } }
  const { response } = await send('PUT', `${baseUrl}/Basic/${id}`, resource)
  expect(response.headers.get('etag')).toBe(`W/"${version}"`)
  updated.set(`Basic/${id}`, version)
}

async function transact(baseUrl: string, { transactions }: Written, name: string): Promise<void> {
  const resource = { resourceType: 'Basic', identifier: [{ value: name }], code: { text: name } }
  const entry = Array.from({ length: TRANSACTION_ENTRIES }, () => ({
    resource,
    request: { method: 'POST', url: 'Basic' },
  }))
  transactions.set(name, false)
  const { response } = await send('POST', baseUrl, { resourceType: 'Bundle', type: 'transaction', entry })
  expect(response.status).toBe(200)
  transactions.set(name, true)
}

async function send(method: string, url: string, content: object): Promise<{ readonly response: Response }> {
  const headers = { 'content-type': 'application/fhir+json', prefer: 'return=minimal' }
  const response = await fetch(url, { method, headers, body: JSON.stringify(content) })
  await response.arrayBuffer()
  return { response }
}

async function json(url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return (await response.json()) as Readonly<Record<string, unknown>>
}
