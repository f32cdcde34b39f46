/** The last step of every interaction that writes one resource. */
import { keepBytes } from '../binary/keep-bytes.ts'
import { withPutUrl } from '../binary/read-binary.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { DeleteResult, WriteResult } from '../fhir-service.ts'
import type { CommitRequest, CommitResult } from '../ports/resource-store.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import { commitOnce } from './once.ts'
import { attributesOfChange, prepareTombstone, prepareWrite, type Write, writtenVersion } from './prepare.ts'
import {
  applyReferenceRules,
  assertUnreferenced,
  hasReferenceRules,
  stagedDeletes,
  stagedWrite,
} from './reference-rules.ts'

export type Conflict = Extract<CommitResult, { readonly committed: false }>['conflict']

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
  const definitions = context.definitions.for(call.tenant)
  const { previous } = write
  const kept = write.type === 'Binary' ? await keepBytes(context, call, write.id, write.content) : undefined
  const prepare = async () => {
    const given = kept?.content ?? write.content
    const content = hasReferenceRules(context)
      ? await applyReferenceRules(context, call, given, stagedWrite(write, previous))
      : given
    return prepareWrite(context, call, definitions, { ...write, content, now: context.ports.clock.now() })
  }
  const prepared = await prepare().catch(async (error: unknown) => {
    await kept?.undo()
    throw error
  })
  const { change } = prepared
  const kind = previous && !previous.deleted ? 'updated' : 'created'
  const request = { changes: [change], deadline: call.deadline, ...(claims && { claims }) }
  const outcome = { kind, type: change.type, id: change.id, versionId: change.versionId } as const
  const committed = await commitOnce(context, call, request, outcome)
  if (committed.committed) {
    const version = writtenVersion(change, prepared.content)
    return { result: { kind, version: kept?.putUrl === undefined ? version : withPutUrl(version, kept.putUrl) } }
  }
  await kept?.undo()
  return { conflict: committed.conflict }
}

/** @param newest what is deleted, by this version. */
export async function attemptDelete(
  context: ServiceContext,
  call: Call,
  newest: VersionAttributes,
): Promise<Attempted<DeleteResult>> {
  await assertUnreferenced(context, call, newest, stagedDeletes([newest]))
  const change = prepareTombstone(call, newest, context.ports.clock.now())
  const outcome = { kind: 'deleted', type: change.type, id: change.id, versionId: change.versionId } as const
  const committed = await commitOnce(context, call, { changes: [change], deadline: call.deadline }, outcome)
  return committed.committed ? { result: { version: attributesOfChange(change) } } : { conflict: committed.conflict }
}
