/**
 * Writes that happen once, however often their request arrives: the key of the request is claimed in the very commit
 * that does the write, and the claim tells what was done. A retry after a crash finds it, or writes.
 */
import { createHash, hash } from 'node:crypto'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { OnceRequest } from '../fhir-service.ts'
import type { CommitRequest, CommitResult } from '../ports/resource-store.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { commitIndexed } from './commit-indexed.ts'

/** What a write has come to, as far as a later answer to the same request needs it. */
export type OnceOutcome =
  | {
      readonly kind: 'created' | 'updated' | 'deleted'
      readonly type: string
      readonly id: string
      readonly versionId: number
    }
  /** Outcomes of a transaction's entries, in the object store. */
  | { readonly kind: 'transaction'; readonly key: string }

/** A request that is to happen once. Its commit takes the claim. */
export interface Once {
  readonly claim: string
  /** Of the request's content: the same key with another request is a mistake. */
  readonly fingerprint: string
  /** Who holds the claim in vain, because its time is over. */
  readonly expired: ResourceKey | undefined
}

/** The same for the same parts, one after the other. */
export function fingerprintOf(...parts: readonly (string | Uint8Array)[]): string {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest('base64url')
}

/** How long a repeated request is recognised. */
const ONCE_MS = 24 * 60 * 60 * 1000

/** What a claim of this kind is of, in place of a resource type. */
const HOLDER_TYPE = '-'

/**
 * Runs the request, or answers what it has come to before. Of many at the same time one is committed, and the others
 * answer as it does.
 * @param run with a context whose commit takes the claim; it must commit once at the most.
 * @param replay the answer from the outcome.
 * @throws Fault unprocessable where the key has been used for another request.
 */
export async function onlyOnce<T>(
  context: ServiceContext,
  call: Call,
  { key, fingerprint }: OnceRequest,
  run: (context: ServiceContext) => Promise<T>,
  replay: (outcome: OnceOutcome) => Promise<T>,
): Promise<T> {
  const claim = hash(
    'sha256',
    JSON.stringify(['once', call.caller.subject, call.caller.client ?? '', key]),
    'base64url',
  )
  const holder = await context.ports.store.readClaim(call.tenant, claim, call.deadline)
  const record = holder && recordOf(holder)
  if (record && record.until > context.ports.clock.now()) return replay(sameRequest(record, fingerprint))
  try {
    return await run({ ...context, once: { claim, fingerprint, expired: holder } })
  } catch (error) {
    if (!(error instanceof DoneAlready) || error.claim !== claim) throw error
    return replay(sameRequest(error.record, fingerprint))
  }
}

/** Commits, and where the context has a request that is to happen once, with its claim. */
export async function commitOnce(
  context: ServiceContext,
  call: Call,
  request: CommitRequest,
  outcome: OnceOutcome,
): Promise<CommitResult> {
  const { ports, once } = context
  if (!once) return commitIndexed(context, call, request)
  const record: OnceRecord = { fingerprint: once.fingerprint, until: ports.clock.now() + ONCE_MS, outcome }
  const claim = {
    claim: once.claim,
    resource: { type: HOLDER_TYPE, id: JSON.stringify(record) },
    ...(once.expired && { replaces: once.expired }),
    expiresAt: record.until,
  }
  const result = await commitIndexed(context, call, { ...request, claims: [...(request.claims ?? []), claim] })
  if (result.committed || result.conflict.kind !== 'claim' || result.conflict.claim !== once.claim) return result
  const holder = result.conflict.resource ?? (await ports.store.readClaim(call.tenant, once.claim, call.deadline))
  const found = holder && recordOf(holder)
  if (found) throw new DoneAlready(once.claim, found)
  throw fault('conflict', 'The same request is being worked on at this moment: try again', { retryAfterSeconds: 1 })
}

interface OnceRecord {
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly outcome: OnceOutcome
}

const recordOf = ({ type, id }: ResourceKey): OnceRecord | undefined =>
  type === HOLDER_TYPE ? (JSON.parse(id) as OnceRecord) : undefined

/** Not a failure: the same request was committed while this one was under way. */
class DoneAlready extends Error {
  readonly claim: string
  readonly record: OnceRecord

  constructor(claim: string, record: OnceRecord) {
    super('The request has been committed already')
    this.name = 'DoneAlready'
    this.claim = claim
    this.record = record
  }
}

function sameRequest({ fingerprint, outcome }: OnceRecord, given: string): OnceOutcome {
  if (fingerprint === given) return outcome
  throw fault('unprocessable', 'The Idempotency-Key has been used for another request: choose a new one', {
    code: 'business-rule',
    expression: ['Idempotency-Key'],
  })
}
