import { type Fault, fault } from '../fault.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'

const VERSION_ID = /^[1-9][0-9]{0,14}$/

/** @throws Fault invalid where If-Match names what can be no version of ours. */
export function assertVersionId(ifMatch: string | undefined): void {
  if (ifMatch === undefined || VERSION_ID.test(ifMatch)) return
  throw fault('invalid', `If-Match must name a version, a whole number such as W/"3", not '${ifMatch}'`, {
    code: 'value',
  })
}

/**
 * @throws Fault precondition-failed where the newest version is another one, or there is none. R4 http.html#concurrency
 */
export function assertMatch(
  key: ResourceKey,
  newest: VersionAttributes | undefined,
  ifMatch: string | undefined,
): void {
  if (ifMatch === undefined) return
  if (!newest || newest.deleted) {
    throw preconditionFailed(key, `If-Match asks for version ${ifMatch}, but it does not exist`)
  }
  if (String(newest.versionId) !== ifMatch) {
    throw preconditionFailed(key, `If-Match asks for version ${ifMatch}, but its version is ${newest.versionId}`)
  }
}

/** @throws Fault precondition-failed where there is a version that is not deleted. RFC 9110, 13.1.2 */
export function assertAbsent(key: ResourceKey, newest: VersionAttributes | undefined): void {
  if (!newest || newest.deleted) return
  throw preconditionFailed(key, `If-None-Match allows no version, but it has version ${newest.versionId}`)
}

/** If-Match was right when it was looked at, but another write came first. */
export const overtaken = (key: ResourceKey, ifMatch: string): Fault =>
  preconditionFailed(key, `If-Match asks for version ${ifMatch}, but another write has replaced it just now`)

/** Without If-Match, after every attempt lost against another write. */
export const contended = ({ type, id }: ResourceKey): Fault =>
  fault('conflict', `${type}/${id} is being written by others at the same time: try again`, { retryAfterSeconds: 1 })

const preconditionFailed = ({ type, id }: ResourceKey, reason: string): Fault =>
  fault('precondition-failed', `${type}/${id}: ${reason}`)
