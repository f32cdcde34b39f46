/** References and canonicals as search compares them. R4 references.html, search.html#reference */
import type { ReferenceValue } from './document.ts'

export interface ReferenceContext {
  isResourceType(name: string): boolean
  /** Base URL with a slash at its end; undefined: no absolute reference is local. */
  readonly basePrefix: string | undefined
  /** By what stands behind '#': what is contained beside or around the reference, and by '' what contains it. */
  readonly contained?: ReadonlyMap<string, ReferenceValue> | undefined
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/
const HISTORY = '/_history/'

export const isLogicalId = (text: string): boolean => ID.test(text)

/**
 * `Patient/1`, also with `/_history/2` behind it or this server's base before it, is local; what else is no fragment
 * and no URN is a URL. undefined for URNs, and for a `#contained` that is not there: they name nothing to be found.
 */
export function referenceValueOf(text: string, context: ReferenceContext): ReferenceValue | undefined {
  const local = localReference(text, context)
  if (local) return local
  if (text.startsWith('#')) return context.contained?.get(text.slice(1))
  if (text === '' || text.startsWith('urn:')) return undefined
  const history = text.lastIndexOf(HISTORY)
  return history < 0
    ? elsewhere(text, undefined)
    : elsewhere(text.slice(0, history), text.slice(history + HISTORY.length))
}

/** `url|version`; a canonical below this server's base, or relative, counts as local too. URNs may be canonical. */
export function canonicalValueOf(text: string, context: ReferenceContext): ReferenceValue | undefined {
  if (text.startsWith('#')) return context.contained?.get(text.slice(1))
  if (text === '') return undefined
  const bar = text.lastIndexOf('|')
  const url = bar < 0 ? text : text.slice(0, bar)
  const version = bar < 0 ? undefined : text.slice(bar + 1)
  const local = localReference(url, context)
  if (!local) return elsewhere(url, version)
  return version === undefined ? local : { ...local, version }
}

function localReference(text: string, context: ReferenceContext): ReferenceValue | undefined {
  const { basePrefix } = context
  const start = basePrefix !== undefined && text.startsWith(basePrefix) ? basePrefix.length : 0
  const slash = text.indexOf('/', start)
  if (slash < 0) return undefined
  const type = text.slice(start, slash)
  if (!context.isResourceType(type)) return undefined
  const rest = text.slice(slash + 1)
  if (ID.test(rest)) return referenceTo(type, rest)
  const history = rest.indexOf(HISTORY)
  if (history < 0) return undefined
  const id = rest.slice(0, history)
  const version = rest.slice(history + HISTORY.length)
  return ID.test(id) && ID.test(version) ? { ...referenceTo(type, id), version } : undefined
}

/** A local one, of whatever version. */
export const referenceTo = (type: string, id: string): ReferenceValue => ({
  kind: 'reference',
  type,
  id,
  url: undefined,
  version: undefined,
})

const elsewhere = (url: string, version: string | undefined): ReferenceValue => ({
  kind: 'reference',
  type: undefined,
  id: undefined,
  url,
  version: version === '' ? undefined : version,
})
