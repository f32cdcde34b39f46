/** Answers to requests that have had their effect before. */
import { isRevealed } from '../access/reveal.ts'
import { revealOne } from '../access/reveal-each.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { WriteResult } from '../fhir-service.ts'
import { invariant } from '../invariant.ts'
import type { VersionAttributes } from '../ports/stored-version.ts'
import { notFound } from './known-type.ts'
import type { OnceOutcome } from './once.ts'

type WriteOutcome = Extract<OnceOutcome, { readonly versionId: number }>

/** The version that was written then, whatever has been written since. */
export async function replayWrite(context: ServiceContext, call: Call, outcome: OnceOutcome): Promise<WriteResult> {
  invariant(outcome.kind === 'created' || outcome.kind === 'updated', `${outcome.kind} is no write of a version`)
  const version = await revealOne(context, call, await storedOf(context, call, outcome))
  if (!isRevealed(version)) throw notFound(outcome)
  return { kind: outcome.kind, version }
}

/** The tombstone that was written then. */
export async function replayDelete(
  context: ServiceContext,
  call: Call,
  outcome: OnceOutcome,
): Promise<VersionAttributes | undefined> {
  invariant(outcome.kind === 'deleted', `${outcome.kind} is no deletion`)
  return revealOne(context, call, await storedOf(context, call, outcome))
}

const storedOf = ({ ports }: ServiceContext, call: Call, outcome: WriteOutcome) =>
  ports.store.readVersion(call.tenant, outcome, outcome.versionId, call.deadline)
