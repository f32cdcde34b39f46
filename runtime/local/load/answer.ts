/** What an answer says of the work that was asked for. */
import { STATUS_CODES } from 'node:http'
import type { LoadRequest } from './requests.ts'
import type { Reply } from './send.ts'

export interface Failure {
  /** File, or line or entry of it. */
  readonly source: string
  /** `422 Unprocessable Entity`, or why there is no status. */
  readonly outcome: string
  /** `Patient.birthDate: ...`, one for each issue of the OperationOutcome. */
  readonly issues: readonly string[]
}

export interface Result {
  /** Resources that the server has taken. */
  readonly resources: number
  readonly failures: readonly Failure[]
}

interface BundleEntry {
  readonly response?: { readonly status?: unknown; readonly outcome?: unknown }
}

/** Failures of each part, as far as the answer tells them apart. */
export function resultOf(request: LoadRequest, reply: Reply): Result {
  if (reply.kind !== 'answered')
    return failed({ source: request.source, outcome: outcomeWithoutAnswer(request, reply), issues: [] })
  const outcome = `${reply.status} ${reply.reason}`.trim()
  if (reply.status < 200 || reply.status > 299)
    return failed({ source: request.source, outcome, issues: issuesOf(parse(reply.body)) })
  if (request.kind === 'resource') return { resources: 1, failures: [] }
  const entries = (parse(reply.body) as { readonly entry?: unknown } | undefined)?.entry
  if (!Array.isArray(entries))
    return failed({
      source: request.source,
      outcome: `${outcome}, but its answer is no bundle with entries`,
      issues: [],
    })
  const failures = entries.flatMap((entry: BundleEntry, index) => entryFailure(request, entry, index) ?? [])
  return { resources: entries.length - failures.length, failures }
}

const failed = (failure: Failure): Result => ({ resources: 0, failures: [failure] })

const outcomeWithoutAnswer = (request: LoadRequest, reply: Exclude<Reply, { kind: 'answered' }>): string =>
  reply.kind === 'unreadable' || reply.unsent || request.repeatable
    ? reply.message
    : `${reply.message}: the server may have stored it or not; search for it before loading it again`

function entryFailure(request: LoadRequest, entry: BundleEntry, index: number): Failure | undefined {
  const status = String(entry.response?.status ?? 'no status')
  if (/^2/.test(status)) return undefined
  const reason = /^\d{3}$/.test(status) ? STATUS_CODES[status] : undefined
  return {
    source: request.entrySource(index),
    outcome: reason ? `${status} ${reason}` : status,
    issues: issuesOf(entry.response?.outcome),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

/** The issues of an OperationOutcome that are no mere information. */
function issuesOf(outcome: unknown): readonly string[] {
  const issues = (outcome as { readonly issue?: unknown } | undefined)?.issue
  if (!Array.isArray(issues)) return []
  return issues.flatMap(issue => {
    if (issue?.severity === 'information') return []
    const at = [issue?.expression ?? issue?.location ?? []].flat().join(', ')
    const what = issue?.diagnostics ?? issue?.details?.text ?? issue?.code ?? 'an issue without diagnostics'
    return [at ? `${at}: ${what}` : String(what)]
  })
}
