/** Stands before DynamoDB Local and has it say what each request costs that is marked as measured. */
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MEASURED_HEADER } from './engine-waits.ts'

export interface Consumed {
  readUnits: number
  writeUnits: number
}

export interface CountingProxy {
  readonly endpoint: string
  /** Since the last time. */
  take(): Consumed
  close(): void
}

const READS = /\.(GetItem|BatchGetItem|Query|Scan)$/
const WRITES = /\.(PutItem|UpdateItem|DeleteItem|TransactWriteItems)$/

/** The engine checks no signatures, so what is asked may be changed on the way. */
export async function countingProxy(endpoint: string): Promise<CountingProxy> {
  let consumed: Consumed = { readUnits: 0, writeUnits: 0 }
  const server = createServer(async (incoming, outgoing) => {
    const target = String(incoming.headers['x-amz-target'] ?? '')
    const isRead = READS.test(target)
    const isCounted = (isRead || WRITES.test(target)) && incoming.headers[MEASURED_HEADER] !== undefined
    const asked = await bodyOf(incoming)
    const body = isCounted ? JSON.stringify({ ...JSON.parse(asked), ReturnConsumedCapacity: 'TOTAL' }) : asked
    const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) }
    const sent = httpRequest(endpoint, { method: incoming.method, path: incoming.url, headers }, async answer => {
      const text = await bodyOf(answer)
      if (isCounted) {
        const { ConsumedCapacity: some = [] } = JSON.parse(text) as Answer
        const units = [some].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
        if (isRead) consumed.readUnits += units
        else consumed.writeUnits += units
      }
      const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 500, rest).end(text)
    })
    sent.on('error', () => outgoing.destroy())
    sent.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = consumed
      consumed = { readUnits: 0, writeUnits: 0 }
      return taken
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Answer {
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number } | readonly { readonly CapacityUnits?: number }[]
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
