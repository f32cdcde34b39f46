/** The last step of every interaction that writes one resource. */
import { withoutAttachmentUrls } from '../binary/attachment-urls.ts'
import { keepBytes } from '../binary/keep-bytes.ts'
import { withPutUrl } from '../binary/read-binary.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { DeleteResult, WriteResult } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { CommitRequest } from '../ports/resource-store.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import { type Conflict, commitReferring } from './commit-referring.ts'
import { confirmedDeletes } from './confirmed-deletes.ts'
import { commitOnce } from './once.ts'
import {
  attributesOfChange,
  type PreparedWrite,
  prepareTombstone,
  prepareWrite,
  type Write,
  writtenVersion,
} from './prepare.ts'
import { applyReferenceRules, hasReferenceRules, referredBy, stagedWrite } from './reference-rules.ts'

export interface WriteAttempt extends Omit<Write, 'now'>, Pick<CommitRequest, 'claims'> {}

/** The version that was written, or what stood in the way; then nothing was written. */
export type Attempted<Result> =
  | { readonly result: Result; readonly conflict?: undefined }
  | { readonly conflict: Conflict; readonly result?: undefined }

/** @throws Fault forbidden where the caller could not see what it writes. */
export async function attemptWrite(
  context: ServiceContext,
  call: Call,
  { claims, ...write }: WriteAttempt,
): Promise<Attempted<WriteResult>> {
  const { previous } = write
  const given = await withoutAttachmentUrls(context, call, write.content)
  const kept = write.type === 'Binary' ? await keepBytes(context, call, write.id, write.content, 'urls') : undefined
  const kind = previous && !previous.deleted ? 'updated' : 'created'
  let written: PreparedWrite | undefined
  const { committed, conflict, fault } = await commitReferring(context, async () => {
    const preparing = prepare(context, call, { ...write, content: kept?.content ?? given })
    const { prepared, refersTo } = await preparing.catch(async (error: unknown) => {
      await kept?.undo()
      throw error
    })
    written = prepared
    const { change } = prepared
    const request = { changes: [change], deadline: call.deadline, ...(claims && { claims }), ...refersTo }
    const outcome = { kind, type: change.type, id: change.id, versionId: change.versionId } as const
    return commitOnce(context, call, request, outcome)
  })
  if (committed) {
    invariant(written, 'what is committed was prepared')
    const version = writtenVersion(written.change, written.content)
    return {
      result: { kind, version: kept?.putUrl === undefined ? version : withPutUrl(version, kept.putUrl) },
    }
  }
  await kept?.undo()
  if (fault) throw fault
  return { conflict }
}

async function prepare(context: ServiceContext, call: Call, write: Omit<Write, 'now'>) {
  const definitions = context.definitions.for(call.tenant)
  const now = () => context.ports.clock.now()
  if (!hasReferenceRules(context)) {
    return { prepared: prepareWrite(context, call, definitions, { ...write, now: now() }), refersTo: undefined }
  }
  const staged = stagedWrite(write, write.previous)
  const { content, refersTo } = await applyReferenceRules(context, call, write.content, staged)
  const prepared = prepareWrite(context, call, definitions, { ...write, content, now: now() })
  return { prepared, refersTo: referredBy(refersTo) }
}

/** @param newest what is deleted, by this version. */
export async function attemptDelete(
  context: ServiceContext,
  call: Call,
  newest: VersionAttributes,
): Promise<Attempted<DeleteResult>> {
  const change = prepareTombstone(call, newest, context.ports.clock.now())
  const outcome = { kind: 'deleted', type: change.type, id: change.id, versionId: change.versionId } as const
  const confirmed = confirmedDeletes(context, call, [newest])
  const request = { changes: [change], deadline: call.deadline, ...confirmed }
  const { committed, conflict, fault } = await commitReferring(context, () =>
    commitOnce(context, call, request, outcome),
  )
  if (committed) return { result: { version: attributesOfChange(change) } }
  if (fault) throw fault
  return { conflict }
}
