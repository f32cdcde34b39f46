/** What a commit writes, one item each, and what to do about items that are in the way. */
import type { Tenant } from '#service/call.ts'
import type { Claim, CommitResult } from '#service/ports/resource-store.ts'
import { type Claims, claimPut, firstCondition, stagedClaimPut } from './claims.ts'
import { addressOf } from './keys.ts'
import { FREE, type Slots } from './slots.ts'
import type { Condition, Item, Key, Put } from './table.ts'
import type { Seniority } from './transaction-record.ts'
import { finalItem, type ShardsOf, stagedItem, type VersionItem } from './version-item.ts'

export type Conflict = Extract<CommitResult, { readonly committed: false }>['conflict']

export interface Placement {
  readonly key: Key
  /** On which it is tried first. */
  readonly first: Condition
  /** Final at once. */
  put(condition: Condition): Put
  /** Undecided until the transaction is. */
  stage(condition: Condition, transaction: string): Put
  /**
   * On which condition to try again after this item was met, or the conflict that it makes.
   * @param writer the transaction that the placement is staged in, if any.
   */
  retry(found: Item | undefined, writer: Seniority | undefined, deadline: number): Promise<Condition | Conflict>
}

export const isConflict = (answer: Condition | Conflict): answer is Conflict => 'kind' in answer

export function versionPlacement(tenant: Tenant, draft: VersionItem, slots: Slots, shardsOf: ShardsOf): Placement {
  return {
    key: draft,
    first: FREE,
    put: condition => ({ kind: 'put', item: finalItem(draft, shardsOf), condition }),
    stage: (condition, transaction) => ({ kind: 'put', item: stagedItem(draft, transaction), condition }),
    retry: async (found, writer, deadline) =>
      (await slots.conditionFor(tenant, found, writer, deadline)) ?? versionConflict(draft),
  }
}

export function versionConflict(draft: VersionItem): Conflict {
  const { type, id } = addressOf(draft)
  return { kind: 'version', type, id }
}

export function claimPlacement(tenant: Tenant, claim: Claim, nonce: string, claims: Claims): Placement {
  const put = (condition: Condition) => claimPut(tenant, claim, nonce, condition)
  return {
    key: put(FREE).item,
    first: firstCondition(claim),
    put,
    stage: (condition, transaction) => stagedClaimPut(tenant, claim, nonce, condition, transaction),
    retry: (found, writer, deadline) => claims.conditionFor(tenant, claim, found, writer, deadline),
  }
}
