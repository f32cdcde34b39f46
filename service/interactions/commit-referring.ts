/** Commits that hold references together: what another request changes meanwhile is looked at again. */
import type { ServiceContext } from '../context.ts'
import type { Fault } from '../fault.ts'
import type { CommitResult } from '../ports/resource-store.ts'
import { referencesContended } from './reference-rules.ts'

type AnyConflict = Extract<CommitResult, { readonly committed: false }>['conflict']

/** What the interaction has to judge. */
export type Conflict = Exclude<AnyConflict, { readonly kind: 'reference' | 'unconfirmed' }>

/** fault: what the client is to hear; nothing is written then. */
export type Settled =
  | { readonly committed: true; readonly conflict?: undefined; readonly fault?: undefined }
  | { readonly committed: false; readonly conflict: Conflict; readonly fault?: undefined }
  | { readonly committed: false; readonly fault: Fault; readonly conflict?: undefined }

/** @param attempt makes the request anew each time, since a target may be gone, or be what it was after all. */
export async function commitReferring(
  { limits }: ServiceContext,
  attempt: () => Promise<CommitResult>,
): Promise<Settled> {
  for (let count = 1; ; count++) {
    const result = await attempt()
    if (result.committed) return result
    const { conflict } = result
    if (conflict.kind === 'unconfirmed') return { committed: false, fault: conflict.fault }
    if (conflict.kind !== 'reference') return { committed: false, conflict }
    if (count >= limits.writeAttemptsMax) return { committed: false, fault: referencesContended(conflict) }
  }
}
