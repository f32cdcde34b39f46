/** Version ids as entity tags: R4 http.html#versioning, `W/"3"`. */
import { fault } from './fault.ts'

export const formatEntityTag = (versionId: number | string): string => `W/"${versionId}"`

const TAG = /^\s*(?:W\/)?"([^"]*)"\s*$/
const BARE = /^\s*([A-Za-z0-9.-]{1,64}|\*)\s*$/

/**
 * The version ids of If-Match or If-None-Match; `*` stays `*`. Weak, strong and bare tags are taken alike, as servers
 * do.
 * @throws Fault invalid, naming the source (`If-Match`).
 */
export function parseEntityTags(text: string, source: string): readonly string[] {
  return text.split(',').map(piece => {
    const tag = TAG.exec(piece)?.[1] ?? BARE.exec(piece)?.[1]
    if (tag === undefined) throw malformed(source, text)
    return tag
  })
}

const malformed = (source: string, text: string) =>
  fault('invalid', `${source} must be an entity tag such as W/"3", not '${text}'`, { code: 'value' })
