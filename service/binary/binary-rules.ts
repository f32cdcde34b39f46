/** How a deployment tells where the bytes of Binaries are. createFhirService takes a part of these rules to change. */
export interface BinaryRules {
  /**
   * extensions: a Binary tells the URLs of its bytes by extensions. members: by the plain members `presignedPutUrl` and
   * `presignedGetUrl`, which R4 does not know, for clients of FHIR Works on AWS; reads give the resource to whoever
   * takes JSON, and plain JSON that is written is the resource.
   */
  readonly urls: 'extensions' | 'members'
  /**
   * stored: an Attachment.url is what was written. on-request: whoever asks gets URLs of the bytes in place of those
   * that name Binaries of this server; one of these that is written becomes what was stored again.
   */
  readonly attachmentUrls: 'stored' | 'on-request'
}

export const DEFAULT_BINARY_RULES: BinaryRules = Object.freeze({ urls: 'extensions', attachmentUrls: 'stored' })

/** Whether clients count on a URL for the bytes of any Binary, also where the object store has no door of its own. */
export const givesUrls = ({ urls, attachmentUrls }: BinaryRules): boolean =>
  urls === 'members' || attachmentUrls === 'on-request'
