import { type Fault, fault } from '../fault.ts'
import type { VersionMatch } from '../fhir-service.ts'
import type { ResourceKey, VersionAttributes } from '../ports/stored-version.ts'
import type { WriteRules } from '../write-rules.ts'

const VERSION_ID = /^[1-9][0-9]{0,14}$/

const listOf = (ifMatch: VersionMatch): readonly string[] => (typeof ifMatch === 'string' ? [ifMatch] : ifMatch)

/** As it is told back: `3`, `3 or 4`. */
const textOf = (ifMatch: VersionMatch): string => listOf(ifMatch).join(' or ')

/** @throws Fault invalid where If-Match names what can be no version of ours. */
export function assertVersionId(ifMatch: VersionMatch | undefined): void {
  const wrong = ifMatch === undefined ? undefined : listOf(ifMatch).find(tag => tag !== '*' && !VERSION_ID.test(tag))
  if (wrong === undefined) return
  throw fault('invalid', `If-Match must name a version, a whole number such as W/"3", not '${wrong}'`, {
    code: 'value',
  })
}

/**
 * @throws Fault precondition-failed where the newest version is another one, or there is none. R4 http.html#concurrency
 */
export function assertMatch(
  key: ResourceKey,
  newest: VersionAttributes | undefined,
  ifMatch: VersionMatch | undefined,
): void {
  if (ifMatch === undefined) return
  const asked = listOf(ifMatch)
  const wanted = asked.includes('*') ? 'a version' : `version ${textOf(ifMatch)}`
  if (!newest || newest.deleted) {
    throw preconditionFailed(key, `If-Match asks for ${wanted}, but it does not exist`)
  }
  // RFC 9110, 13.1.1: any of the list will do, and * is whatever is there.
  if (asked.includes('*') || asked.includes(String(newest.versionId))) return
  throw preconditionFailed(key, `If-Match asks for ${wanted}, but its version is ${newest.versionId}`)
}

/**
 * R4 http.html#concurrency lets a server insist on If-Match. What is not there yet has no version to name.
 * @throws Fault precondition-failed
 */
export function assertMatchGiven(
  { ifMatch: rule }: WriteRules,
  key: ResourceKey,
  newest: VersionAttributes | undefined,
  ifMatch: VersionMatch | undefined,
): void {
  if (rule === 'optional' || ifMatch !== undefined || !newest || newest.deleted) return
  throw preconditionFailed(key, 'this server wants If-Match with the version that is to be changed, such as W/"3"')
}

/** @throws Fault precondition-failed where there is a version that is not deleted. RFC 9110, 13.1.2 */
export function assertAbsent(key: ResourceKey, newest: VersionAttributes | undefined): void {
  if (!newest || newest.deleted) return
  throw preconditionFailed(key, `If-None-Match allows no version, but it has version ${newest.versionId}`)
}

/** Whether a lost race is one for good: the version that was asked for is not the newest any more. */
export const namesVersion = (ifMatch: VersionMatch | undefined): ifMatch is VersionMatch =>
  ifMatch !== undefined && !listOf(ifMatch).includes('*')

/** If-Match was right when it was looked at, but another write came first. */
export const overtaken = (key: ResourceKey, ifMatch: VersionMatch): Fault =>
  preconditionFailed(key, `If-Match asks for version ${textOf(ifMatch)}, but another write has replaced it just now`)

/** Without If-Match, after every attempt lost against another write. */
export const contended = ({ type, id }: ResourceKey): Fault =>
  fault('conflict', `${type}/${id} is being written by others at the same time: try again`, { retryAfterSeconds: 1 })

const preconditionFailed = ({ type, id }: ResourceKey, reason: string): Fault =>
  fault('precondition-failed', `${type}/${id}: ${reason}`)
