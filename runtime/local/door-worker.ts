/** Entry of the door thread: the whole service over a connection of its own, behind both doors. */
import { parentPort, workerData } from 'node:worker_threads'
import { createRestDoor } from '#rest/door.ts'
import { bodyBytes, type HttpHandler, type HttpResponse, withWholeBody } from '#rest/http-message.ts'
import { DEFAULT_LIMITS, type FhirService, tenantOf } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import { accessOptions } from '../access-options.ts'
import { every } from '../every.ts'
import { createStderrLogger } from '../stderr-logger.ts'
import type { DoorTarget, DoorWorkerData, FromDoorWorker, ToDoorWorker } from './door-messages.ts'
import { withCall } from './plain-request.ts'

invariant(parentPort, 'door-worker.ts is the entry of a worker thread')
const port = parentPort
const { config, limits, connection } = workerData as DoorWorkerData
const logger = createStderrLogger(config.logLevel)
const access = accessOptions(config.access)
const service = await openService()
const http = { corsOrigins: config.corsOrigins, bodyBytesMax: { ...DEFAULT_LIMITS, ...limits }.bodyBytesMax }

const appsync = once(async () => {
  const { createAppSync } = await import('./appsync.ts')
  return createAppSync({ service, resourceTypes: config.access.resourceTypes, ...http })
})

/** Each is made when it is first asked for: the stand-in for AppSync brings a GraphQL schema along. */
const doors: Readonly<Record<DoorTarget, () => Promise<HttpHandler>>> = {
  fhir: once(async () => createRestDoor(service, http)),
  graphql: async () => (await appsync()).answer,
  subscription: async () => (await appsync()).subscribe,
  job: async () => runJob,
}

const runJob: HttpHandler = async ({ body, call: { deadline } }) => {
  const { tenant, id } = JSON.parse(Buffer.from(body ?? []).toString('utf8')) as { tenant: string; id: string }
  await service.runJob({ tenant: tenantOf(tenant), id, deadline, logger, every })
  return { status: 204, headers: {}, body: undefined }
}

/** Of the two ways only the one that is gone is loaded. */
async function openService(): Promise<FhirService> {
  if (connection.kind === 'engines') {
    const { openAwsService } = await import('../aws.ts')
    return openAwsService({ places: connection.places, limits, logger, baseUrl: config.baseUrl, ...access }).service
  }
  const { openWorkerService } = await import('../embedded.ts')
  return (await openWorkerService({ folder: connection.folder, limits, ...access }, connection.writer)).service
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

port.on('message', async ({ number, target, request }: ToDoorWorker) => {
  const door = await doors[target]()
  send(number, await withWholeBody(await door(withCall(request, target === 'fhir' ? 'rest' : 'graphql', logger))))
})

function send(number: number, response: HttpResponse): void {
  const { body } = response
  if (!body) {
    port.postMessage({ number, response } satisfies FromDoorWorker)
    return
  }
  const moved = copyOf(body)
  port.postMessage({ number, response: { ...response, body: moved } } satisfies FromDoorWorker, [moved.buffer])
}

/** What moves to another thread takes all of its memory with it, and pieces may share theirs with what stays. */
function copyOf(body: Uint8Array | readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body)
  const copy = new Uint8Array(bodyBytes(body))
  let at = 0
  for (const piece of body) {
    copy.set(piece, at)
    at += piece.byteLength
  }
  return copy
}
