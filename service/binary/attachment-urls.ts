/** Attachments with URLs of bytes in place of the Binaries that they name, where deployment and caller want it. */
import type { Tombstone } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Revealed } from '../fhir-service.ts'
import type { ResourceContent } from '../resource/content.ts'

const rewriting = () => import('./rewrite-attachment-urls.ts')

/** The versions as the call asks for them. */
export async function withAttachmentUrls<Version extends Revealed | Tombstone | undefined>(
  context: ServiceContext,
  call: Call,
  versions: readonly Version[],
): Promise<readonly Version[]> {
  if (call.attachments !== 'presigned' || context.binaries.attachmentUrls !== 'on-request') return versions
  return (await rewriting()).giveAttachmentUrls(context, call, versions)
}

/** What is written, with what such URLs stand for in their place. */
export async function withoutAttachmentUrls(
  context: ServiceContext,
  call: Call,
  content: ResourceContent,
): Promise<ResourceContent> {
  if (context.binaries.attachmentUrls !== 'on-request') return content
  return (await rewriting()).takeAttachmentUrls(context, call, content)
}

/** RFC 7240: the preference by which a client asks, `Prefer: attachment-urls=presigned`. */
export const asksForAttachmentUrls = (prefer: string | undefined): boolean =>
  prefer !== undefined && /(?:^|[,;])\s*attachment-urls\s*=\s*"?presigned"?\s*(?:[,;]|$)/i.test(prefer)
