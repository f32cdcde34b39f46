/** Bodies that are too large for a request: the client puts them into the object store, then names them. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { type Fault, fault } from '../fault.ts'
import { PASSING_PREFIX } from '../ports/object-store.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { jobPorts } from './job-ports.ts'
import { ownerOf } from './job-request.ts'

/** The form of a reference's text; whose it is and until when is sealed in it, so that nothing has to be kept. */
interface Upload {
  readonly upload: string
  readonly owner: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

const CONTENT_TYPE = 'application/fhir+json'
/** For the transfer. */
const URL_SECONDS = 15 * 60
/** For naming it after that. */
const REFERENCE_MS = 60 * 60 * 1000

export interface OfferedUpload {
  readonly url: string
  readonly contentType: string
  readonly reference: string
  /** Milliseconds since the epoch: until then the transfer has to have begun. */
  readonly expiresAt: number
}

/** @throws Fault unsupported where the object store has no door of its own: bodies are sent as they are then. */
export async function offerUpload(context: ServiceContext, call: Call): Promise<OfferedUpload> {
  const { objects } = jobPorts(context)
  const { clock, ids, sealer } = context.ports
  const key = `${PASSING_PREFIX}uploads/${ids.nonce()}`
  const url = await objects.presign(call.tenant, key, {
    method: 'PUT',
    contentType: CONTENT_TYPE,
    seconds: URL_SECONDS,
  })
  if (url === undefined) throw fault('unsupported', 'This server takes no uploads: send the Bundle itself')
  const now = clock.now()
  const upload: Upload = { upload: key, owner: ownerOf(call.caller), until: now + REFERENCE_MS }
  const reference = sealer.seal(call.tenant, JSON.stringify(upload))
  return { url, contentType: CONTENT_TYPE, reference, expiresAt: now + URL_SECONDS * 1000 }
}

/** Whether this is not a Bundle, but says by Parameters which upload is one. */
export const namesUpload = (content: JsonValue): content is JsonObject =>
  typeof content === 'object' && content !== null && 'resourceType' in content && content.resourceType === 'Parameters'

/**
 * Where in the object store the upload is that the parameter `reference` names. Somebody else's is as good as none.
 * @throws Fault invalid, not-found
 */
export async function uploadedKey(context: ServiceContext, call: Call, content: JsonObject): Promise<string> {
  const upload = openReference(context, call, referenceIn(content))
  const found = await jobPorts(context).objects.head(call.tenant, upload.upload, call.deadline)
  if (!found) throw fault('not-found', 'Nothing has been uploaded under this reference yet: PUT it to the URL first')
  const { bodyBytesMax } = context.limits
  if (found.bytes > bodyBytesMax)
    throw fault('too-large', `The upload has ${found.bytes} bytes, and a Bundle may have ${bodyBytesMax}`)
  return upload.upload
}

function referenceIn({ parameter }: JsonObject): string {
  const named = (Array.isArray(parameter) ? parameter : []) as readonly JsonObject[]
  const references = named.filter(each => each?.name === 'reference').map(({ valueString }) => valueString)
  const [reference] = references
  if (references.length === 1 && typeof reference === 'string') return reference
  throw fault(
    'invalid',
    'Parameters in place of a Bundle have one parameter, reference, with the valueString of $upload',
    {
      expression: ['Parameters.parameter'],
    },
  )
}

function openReference({ ports: { sealer, clock } }: ServiceContext, call: Call, reference: string): Upload {
  const text = sealer.open(call.tenant, reference)
  const upload = text === undefined ? undefined : (JSON.parse(text) as Partial<Upload>)
  if (upload?.upload === undefined || upload.owner !== ownerOf(call.caller)) throw unknownReference()
  if ((upload.until ?? 0) < clock.now()) throw unknownReference()
  return upload as Upload
}

const unknownReference = (): Fault =>
  fault('not-found', 'There is no upload of this reference, or not any more: ask for another one by $upload', {
    expression: ['Parameters.parameter'],
  })
