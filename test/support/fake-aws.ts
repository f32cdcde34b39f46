/**
 * For Lambda bundles without engines: one HTTP server that answers for DynamoDB, OpenSearch and S3 as far as an
 * ordinary request needs them. Conditions are taken for "there is no such item"; every search finds all of its type.
 */
import { hash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

type Attribute = { readonly S?: string; readonly N?: string; readonly BOOL?: boolean }
type Item = Readonly<Record<string, Attribute>>

interface Put {
  readonly Item: Item
  readonly ConditionExpression?: string
}

interface TableRequest extends Partial<Put> {
  readonly Key?: Item
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Item[] }>>
  readonly TransactItems?: readonly { readonly Put?: Put }[]
  readonly KeyConditionExpression?: string
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Readonly<Record<string, Attribute>>
  readonly ScanIndexForward?: boolean
  readonly Limit?: number
}

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface FakeAws {
  readonly endpoint: string
  /** `POST /_bulk`, `DynamoDB Query` ... in the order they came, with their bodies. */
  readonly requests: readonly { readonly line: string; readonly body: string }[]
  /** What a function needs to ask this server for everything. */
  readonly environment: Readonly<Record<string, string>>
  close(): void
}

export async function startFakeAws(): Promise<FakeAws> {
  const table = new FakeTable()
  const objects = new Map<string, { readonly bytes: Buffer; readonly contentType: string }>()
  const requests: { line: string; body: string }[] = []

  const answer = (request: IncomingMessage, bytes: Buffer): Answer => {
    const path = request.url?.split('?')[0] ?? ''
    const [, action] = String(request.headers['x-amz-target'] ?? '').split('.')
    const body = bytes.toString()
    requests.push({ line: action ? `${action}` : `${request.method} ${path}`, body })
    if (action === 'SendMessageBatch') return json({ Successful: JSON.parse(body).Entries.map(received) })
    if (action === 'SendMessage') return json(received(JSON.parse(body)))
    if (action === 'ChangeMessageVisibility') return json({})
    if (action) return table.answer(action, JSON.parse(body))
    if (path.startsWith('/objects-')) return objectAnswer(objects, request, bytes)
    if (path.startsWith('/_alias/')) return json({ 'fhir-000001': {} })
    if (path === '/_bulk') return json({ errors: false })
    if (path.endsWith('/_search')) return json({ timed_out: false, ...table.search(JSON.parse(body)) })
    if (path.endsWith('/_refresh')) return json({ _shards: { failed: 0 } })
    return json({})
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { status = 200, headers, body } = answer(request, Buffer.concat(chunks))
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { endpoint, requests, environment: environmentOf(endpoint), close: () => server.close() }
}

const environmentOf = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ENDPOINT_URL_SQS: endpoint,
  GATEWAY_STAGE: 'prod',
  TABLE_NAME: 'gateway-prod',
  OBJECTS_BUCKET: 'objects-prod',
  SEARCH_ENDPOINT: endpoint,
  SEARCH_PREFIX: 'fhir',
  SEALING_KEY: 'x'.repeat(64),
  REFUSED_QUEUE_URL: `${endpoint}/123456789012/refused`,
  JOBS_QUEUE_URL: `${endpoint}/123456789012/jobs`,
})

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) })

/** The client compares the hash with that of what it sent. */
const received = ({ Id, MessageBody }: { readonly Id?: string; readonly MessageBody: string }) => ({
  Id,
  MessageId: '1',
  MD5OfMessageBody: hash('md5', MessageBody),
})

function objectAnswer(
  objects: Map<string, { readonly bytes: Buffer; readonly contentType: string }>,
  { method, url = '', headers }: IncomingMessage,
  bytes: Buffer,
): Answer {
  const key = url.split('?')[0] ?? ''
  if (method === 'PUT') objects.set(key, { bytes, contentType: headers['content-type'] ?? '' })
  if (method === 'DELETE') objects.delete(key)
  const found = objects.get(key)
  if (method === 'PUT' || method === 'DELETE') return { status: 200, body: '' }
  if (!found) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
  return {
    headers: { 'Content-Type': found.contentType, 'Content-Length': String(found.bytes.length) },
    body: method === 'HEAD' ? '' : found.bytes,
  }
}

class FakeTable {
  readonly #items = new Map<string, Item>()

  answer(action: string, request: TableRequest): Answer {
    switch (action) {
      case 'GetItem':
        return json({ Item: this.#items.get(nameOf(request.Key)) })
      case 'BatchGetItem':
        return json({
          Responses: Object.fromEntries(
            Object.entries(request.RequestItems ?? {}).map(([table, { Keys }]) => [
              table,
              Keys.flatMap(key => this.#items.get(nameOf(key)) ?? []),
            ]),
          ),
        })
      case 'PutItem':
        return this.#put(request as Put) ?? json({})
      case 'TransactWriteItems':
        for (const { Put: put } of request.TransactItems ?? []) if (put) this.#put(put)
        return json({})
      case 'Query':
        return json({ Items: this.#query(request) })
      default:
        return json({})
    }
  }

  search(request: object): object {
    const text = JSON.stringify(request)
    const hits = [...this.#items.values()].flatMap(({ partition, sort, deleted }) => {
      const [tenant, type, id] = partition?.S?.split('#') ?? []
      if (!/^\d{10}$/.test(sort?.S ?? '') || deleted || !text.includes(`"${tenant}/${type}"`)) return []
      return [{ sort: [id], fields: { version: [Number(sort?.S)] } }]
    })
    return { hits: { total: { value: hits.length }, hits } }
  }

  /** undefined: it is done. */
  #put({ Item: item, ConditionExpression: condition }: Put): Answer | undefined {
    const before = this.#items.get(nameOf(item))
    if (before && condition) {
      return json({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', Item: before }, 400)
    }
    this.#items.set(nameOf(item), item)
    return undefined
  }

  #query(request: TableRequest): readonly Item[] {
    const { KeyConditionExpression: expression = '', ExpressionAttributeValues: values = {} } = request
    const { ExpressionAttributeNames: names = {}, ScanIndexForward: ascending = true, Limit: limit } = request
    const [, partitionName = ''] = /^(#\w+) =/.exec(expression) ?? []
    const attribute = names[partitionName] ?? ''
    const found = [...this.#items.values()]
      .filter(item => item[attribute]?.S === values[':v0']?.S)
      .sort((left, right) => ((left.sort?.S ?? '') < (right.sort?.S ?? '') ? -1 : 1))
    return (ascending ? found : found.reverse()).slice(0, limit)
  }
}

const nameOf = (key: Item | undefined): string => `${key?.partition?.S}/${key?.sort?.S}`
