/** What an entry came to, and the response Bundle that says so. R4 http.html#transaction-response */
import type { Call } from '../call.ts'
import { formatEntityTag } from '../entity-tag.ts'
import { Fault, type Issue } from '../fault.ts'
import type { BundleRequest, BundleResult, Revealed, WriteResult } from '../fhir-service.ts'
import { HTTP_STATUS, INTERNAL_ERROR, statusLine } from '../http-status.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import { stringifyJson } from '../resource/json.ts'
import type { JsonText } from '../resource/json-text.ts'
import { operationOutcome } from '../resource/operation-outcome.ts'
import { formatInstant } from '../resource/stamp.ts'
import { type PieceWriter, pieceWriter } from '../searchset.ts'
import { traceOf } from '../trace.ts'

export interface EntryOutcome {
  /** `201 Created` */
  readonly status: string
  /** Below the base, with its version. */
  readonly location?: string
  readonly version?: VersionAttributes
  readonly fullUrl?: string
  /** Entry.resource as JSON text in pieces. */
  readonly resource?: readonly JsonText[]
  /** Entry.response.outcome */
  readonly issues?: readonly Issue[]
}

export const OK = '200 OK'

const WRITE_STATUS: Readonly<Record<WriteResult['kind'], string>> = {
  created: '201 Created',
  updated: OK,
  unchanged: OK,
}

export function writeOutcome(
  call: Call,
  { kind, version }: WriteResult,
  prefer: BundleRequest['prefer'],
): EntryOutcome {
  const { type, id, versionId } = version
  return {
    status: WRITE_STATUS[kind],
    location: `${type}/${id}/_history/${versionId}`,
    version,
    ...(prefer === 'representation' && representation(call, version)),
    ...(prefer === 'OperationOutcome' && { issues: [note(`${type}/${id} is ${kind}; its version is ${versionId}`)] }),
  }
}

export const representation = (call: Call, version: Revealed): Pick<EntryOutcome, 'fullUrl' | 'resource'> => ({
  fullUrl: `${call.baseUrl}/${version.type}/${version.id}`,
  resource: [version.body],
})

/** @param versions the tombstones: none where there was nothing, several by a condition that may delete so many. */
export function deleteOutcome(versions: readonly VersionAttributes[], prefer: BundleRequest['prefer']): EntryOutcome {
  const [version, ...more] = versions
  return {
    status: '204 No Content',
    ...(version && more.length === 0 && { version }),
    ...(prefer === 'OperationOutcome' && {
      issues: versions.length === 0 ? [note('There was nothing to delete')] : versions.map(deletionNote),
    }),
  }
}

const deletionNote = ({ type, id }: VersionAttributes): Issue => note(`${type}/${id} is deleted`)

const note = (diagnostics: string): Issue => ({ severity: 'information', code: 'informational', diagnostics })

/** A failure of one entry of many; what is no Fault is a bug, told without its text. */
export function faultOutcome(call: Call, index: number, error: unknown): EntryOutcome {
  if (Fault.is(error)) {
    const { category, internal, issues } = error
    if (internal !== undefined) call.logger.warn('A bundle entry failed', { index, category, internal })
    return { status: statusLine(HTTP_STATUS[category]), issues }
  }
  call.logger.error('A bundle entry failed unexpectedly', { index, requestId: call.requestId, ...traceOf(error) })
  const diagnostics = `Internal error; the server's log has more under request ${call.requestId}`
  return { status: statusLine(INTERNAL_ERROR), issues: [{ severity: 'fatal', code: 'exception', diagnostics }] }
}

/** The response Bundle as JSON text in pieces, entries in the order of the outcomes. */
export function encodeOutcomes(type: BundleResult['type'], outcomes: readonly EntryOutcome[]): Uint8Array[] {
  const writer = pieceWriter()
  writer.add(`{"resourceType":"Bundle","type":"${type}"`)
  for (const [index, outcome] of outcomes.entries()) {
    writer.add(index === 0 ? ',"entry":[{' : ',{')
    encodeOutcome(writer, outcome)
    writer.add('}')
  }
  writer.add(outcomes.length === 0 ? '}' : ']}')
  return writer.end()
}

function encodeOutcome(writer: PieceWriter, outcome: EntryOutcome): void {
  const { fullUrl, resource, status, location, version, issues } = outcome
  if (fullUrl !== undefined) writer.add(`"fullUrl":${JSON.stringify(fullUrl)},`)
  if (resource) {
    writer.add('"resource":')
    for (const piece of resource) writer.add(piece)
    writer.add(',')
  }
  writer.add(`"response":{"status":"${status}"`)
  if (location !== undefined) writer.add(`,"location":${JSON.stringify(location)}`)
  if (version) {
    const etag = JSON.stringify(formatEntityTag(version.versionId))
    writer.add(`,"etag":${etag},"lastModified":"${formatInstant(version.lastUpdated)}"`)
  }
  if (issues) writer.add(`,"outcome":${stringifyJson(operationOutcome(issues))}`)
  writer.add('}')
}
