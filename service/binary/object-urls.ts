/**
 * URLs at which bytes are put and got without a login, for a while: those of the object store where it has a door of
 * its own, else addresses of this gateway that have in them, sealed, what they are good for.
 */
import { type Call, isTenant, type Tenant } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { ObjectRequest } from '../fhir-service.ts'
import type { PresignRequest } from '../ports/object-store.ts'
import { givesUrls } from './binary-rules.ts'

/** Below the base of the FHIR endpoint, where no resource type is. */
export const OBJECTS_SEGMENT = '_objects'

type UrlContext = Pick<ServiceContext, 'ports' | 'binaries'>

/** What is sealed: no other sealed text has this form. */
export interface SealedUrl extends Pick<PresignRequest, 'method' | 'contentType'> {
  readonly object: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** undefined: neither the store nor this gateway gives any. */
export async function objectUrl(
  { ports: { objects, sealer, clock }, binaries }: UrlContext,
  call: Call,
  key: string,
  request: PresignRequest,
): Promise<string | undefined> {
  if (!objects) return undefined
  const url = await objects.presign(call.tenant, key, request)
  if (url !== undefined || !givesUrls(binaries)) return url
  const { method, contentType, seconds } = request
  const sealed: SealedUrl = { object: key, method, contentType, until: clock.now() + seconds * 1000 }
  return `${call.baseUrl}/${OBJECTS_SEGMENT}/${call.tenant}/${sealer.seal(call.tenant, JSON.stringify(sealed))}`
}

export interface OpenedUrl extends SealedUrl {
  readonly tenant: Tenant
}

/** @throws Fault not-found for what we have not sealed, or whose time is over; forbidden for another method. */
export function openUrl(
  { ports: { sealer, clock } }: UrlContext,
  { tenant: name, sealed }: ObjectRequest,
  method: PresignRequest['method'],
): OpenedUrl {
  const opened = isTenant(name) && openSealed(sealer.open(name, sealed))
  if (!opened || opened.until < clock.now()) {
    throw fault('not-found', 'There is nothing at this URL, or not any more: ask for another one')
  }
  if (opened.method !== method) throw fault('forbidden', `This URL is for ${opened.method}, not for ${method}`)
  return { ...opened, tenant: name }
}

/** The key of an object that a URL is, or was, good for; undefined: it is none of objectUrl. */
export async function keyOfUrl({ ports }: UrlContext, call: Call, url: string): Promise<string | undefined> {
  const [, tenant, sealed = ''] = OWN.exec(url) ?? []
  if (tenant === call.tenant) return openSealed(ports.sealer.open(call.tenant, sealed))?.object
  return ports.objects?.recognize(call.tenant, url)
}

const OWN = new RegExp(`^https?://[^?#]+/${OBJECTS_SEGMENT}/([A-Za-z0-9_-]{1,64})/([A-Za-z0-9_-]+)$`)

function openSealed(text: string | undefined): SealedUrl | undefined {
  if (!text?.startsWith('{"object":')) return undefined
  return JSON.parse(text) as SealedUrl
}
