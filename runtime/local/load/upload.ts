/** Bundles that are too large for a deployment's doors: put into its object store, then named by a reference. */
import { buffer } from 'node:stream/consumers'
import type { LoadOptions } from './options.ts'
import type { LoadRequest } from './requests.ts'
import type { Reply, Sender } from './send.ts'

export interface UploadOptions extends Pick<LoadOptions, 'baseUrl' | 'headers'> {
  readonly sender: Sender
  /** Resolves after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Where uploads are offered, more than this would not get through: Lambda takes 6 MB, in base64. */
const DIRECT_BYTES_MAX = 4_000_000
const TOO_LARGE = 413
const POLL_MS = 1000
const FHIR = 'application/fhir+json'

/** The same sender, but for what is too large; where the server offers no uploads, it is the same altogether. */
export function uploadingSender(options: UploadOptions): Sender {
  const { sender } = options
  let offered: Promise<boolean> | undefined
  const offersUploads = (): Promise<boolean> => {
    offered ??= asksForUpload(options)
    return offered
  }
  return {
    async send(request, signal) {
      const isBundle = request.kind !== 'resource'
      if (isBundle && (request.bodyBytes ?? 0) > DIRECT_BYTES_MAX && (await offersUploads()))
        return upload(options, request, signal)
      const reply = await sender.send(request, signal)
      const isRefused = reply.kind === 'answered' && reply.status === TOO_LARGE
      return isBundle && isRefused && (await offersUploads()) ? upload(options, request, signal) : reply
    },
    close: () => sender.close(),
  }
}

async function asksForUpload({ baseUrl, headers }: UploadOptions): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/metadata`, { headers: { ...headers, accept: FHIR } })
    const { rest } = (await response.json()) as {
      readonly rest?: readonly { readonly operation?: readonly { readonly name?: string }[] }[]
    }
    return rest?.[0]?.operation?.some(({ name }) => name === 'upload') ?? false
  } catch {
    return false
  }
}

async function upload(options: UploadOptions, request: LoadRequest, signal: AbortSignal): Promise<Reply> {
  const { baseUrl, headers, wait } = options
  const fhir = { ...headers, accept: FHIR, 'content-type': FHIR }
  try {
    const place = await fetch(`${baseUrl}/$upload`, { method: 'POST', headers: fhir, signal })
    if (place.status !== 200) return await replyOf(place)
    const { url, contentType, reference } = placeIn(await place.json())
    const content = request.body()
    // The object store wants to know the length before.
    const body = Buffer.isBuffer(content) ? content : await buffer(content)
    const stored = await fetch(url, { method: 'PUT', headers: { 'content-type': contentType }, body, signal })
    if (!stored.ok) return await replyOf(stored)
    const parameters = { resourceType: 'Parameters', parameter: [{ name: 'reference', valueString: reference }] }
    const begun = await fetch(baseUrl, {
      method: 'POST',
      headers: { ...fhir, prefer: 'respond-async, return=minimal' },
      body: JSON.stringify(parameters),
      signal,
    })
    const status = begun.headers.get('content-location')
    if (begun.status !== 202 || status === null) return await replyOf(begun)
    for (;;) {
      // A redirect leads to the object store, which has no use for the token.
      const asked = await fetch(status, { headers: { ...headers, accept: FHIR }, redirect: 'manual', signal })
      const elsewhere = asked.headers.get('location')
      if (asked.status === 303 && elsewhere !== null) return await replyOf(await fetch(elsewhere, { signal }))
      if (asked.status !== 202) return await replyOf(asked)
      await asked.body?.cancel()
      await wait(Number(asked.headers.get('retry-after') ?? 0) * 1000 || POLL_MS, signal)
    }
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException }
    return { kind: 'broken', message: `the connection broke (${cause?.code ?? message})`, unsent: false }
  }
}

const replyOf = async (response: Response): Promise<Reply> => ({
  kind: 'answered',
  status: response.status,
  reason: response.statusText,
  body: Buffer.from(await response.arrayBuffer()),
})

function placeIn(parameters: unknown): {
  readonly url: string
  readonly contentType: string
  readonly reference: string
} {
  const { parameter } = parameters as { readonly parameter: readonly Readonly<Record<string, string>>[] }
  const textOf = (name: string, member: string): string => parameter.find(each => each.name === name)?.[member] ?? ''
  return {
    url: textOf('url', 'valueUrl'),
    contentType: textOf('contentType', 'valueCode'),
    reference: textOf('reference', 'valueString'),
  }
}
