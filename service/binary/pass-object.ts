/** Bytes that come and go at a URL of this gateway: R4 says nothing of it, S3's presigned URLs do the same. */

import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { ObjectRequest, PassedObject, PutObjectRequest } from '../fhir-service.ts'
import { openUrl } from './object-urls.ts'

export async function getObject(context: ServiceContext, call: Call, request: ObjectRequest): Promise<PassedObject> {
  const { tenant, object, contentType } = openUrl(context, request, 'GET')
  const { objects } = context.ports
  const found = await objects?.head(tenant, object, call.deadline)
  if (!found) throw fault('not-found', 'There are no bytes at this URL yet')
  return {
    contentType,
    bytes: found.bytes,
    async get(range) {
      const opened = await objects?.get(tenant, object, range, call.deadline)
      if (!opened) throw fault('not-found', 'The content was taken away')
      return opened.content
    },
  }
}

export async function putObject(context: ServiceContext, call: Call, request: PutObjectRequest): Promise<void> {
  const { tenant, object, contentType } = openUrl(context, request, 'PUT')
  if (request.contentType !== contentType) {
    throw fault('unsupported-media-type', `What is put at this URL has the Content-Type ${contentType}`)
  }
  await context.ports.objects?.put(tenant, object, request.bytes, { contentType, deadline: call.deadline })
}
