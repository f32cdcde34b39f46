/**
 * HTTP/1.1 over keep-alive sockets with as little work as possible: on two cores, what the client spends is taken from
 * the server. Requests are ready-made bytes; of an answer only status and length are read.
 */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly bytes: number
  /** Only where it was asked for. */
  readonly body: string | undefined
}

export interface RawConnection {
  /** One at a time. Rejects where the connection breaks. */
  send(request: string | Buffer, keepBody?: boolean): Promise<RawAnswer>
  close(): void
}

const FHIR_JSON = 'application/fhir+json'
const HEAD_END = Buffer.from('\r\n\r\n')

export async function openConnection(host: string, port: number): Promise<RawConnection> {
  const socket = connect({ host, port, noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return createConnection(socket)
}

function createConnection(socket: Socket): RawConnection {
  let received: Buffer[] = []
  let receivedBytes = 0
  /** Length of head and body; undefined until the head is there; NaN for chunks. */
  let expected: number | undefined
  let headBytes = 0
  let status = 0
  let keep = false
  let settle: { resolve(answer: RawAnswer): void; reject(error: Error): void } | undefined

  const readHead = (): void => {
    const bytes = received.length === 1 ? received[0] : Buffer.concat(received)
    const end = bytes?.indexOf(HEAD_END) ?? -1
    if (!bytes || end < 0) return
    received = [bytes]
    headBytes = end + HEAD_END.length
    const head = bytes.toString('latin1', 0, end)
    status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const empty = status === 204 || status === 304
    expected = length === undefined && !empty ? Number.NaN : headBytes + (empty ? 0 : Number(length))
  }
  const isComplete = (): boolean => {
    if (expected === undefined) return false
    if (!Number.isNaN(expected)) return receivedBytes >= expected
    const last = received.at(-1)
    const tail = last && last.length < 5 ? Buffer.concat(received) : last
    return tail?.subarray(-5).toString('latin1') === '0\r\n\r\n'
  }
  const fail = (error: Error): void => {
    settle?.reject(error)
    settle = undefined
  }
  socket.on('data', chunk => {
    received.push(chunk)
    receivedBytes += chunk.length
    if (expected === undefined) readHead()
    if (!isComplete()) return
    const answer = {
      status,
      bytes: receivedBytes - headBytes,
      body: keep ? bodyOf(Buffer.concat(received).subarray(headBytes), Number.isNaN(expected)) : undefined,
    }
    received = []
    receivedBytes = 0
    expected = undefined
    const { resolve } = settle ?? {}
    settle = undefined
    resolve?.(answer)
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The server closed the connection')))

  return {
    send: (request, keepBody = false) =>
      new Promise((resolve, reject) => {
        keep = keepBody
        settle = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

function bodyOf(bytes: Buffer, chunked: boolean): string {
  if (!chunked) return bytes.toString()
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!(size > 0)) return Buffer.concat(chunks).toString()
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  /** Default: JSON. */
  readonly accept?: string
}

/** The bytes of a request. */
export function rawRequest(host: string, { method, path, body, contentType, accept }: RawRequest): string {
  const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept ?? FHIR_JSON}\r\n`
  if (body === undefined) return `${head}\r\n`
  const type = contentType ?? FHIR_JSON
  return `${head}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
