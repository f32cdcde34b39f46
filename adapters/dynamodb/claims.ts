import type { Tenant } from '#service/call.ts'
import type { Claim, CommitResult } from '#service/ports/resource-store.ts'
import type { ResourceKey } from '#service/ports/stored-version.ts'
import { claimKey, keyOf } from './keys.ts'
import { FREE } from './slots.ts'
import type { StoreContext } from './store-context.ts'
import type { Condition, Item, Put, Update } from './table.ts'
import type { Seniority } from './transaction-record.ts'
import type { Transactions } from './transactions.ts'
import { optionalText, transactionOf } from './version-item.ts'

/**
 * type, id: who holds it. nonce: who wrote it. expires: seconds since the epoch, from when on it may be gone. tx: the
 * transaction that decides whether it counts; until then priorType and priorId hold it, or nobody where they are not
 * there.
 */
export type ClaimItem = Item

/** What a claim is at the moment. undecided: a transaction that may still be committed wants it. */
export interface ClaimStanding {
  readonly holder: ResourceKey | undefined
  readonly undecided: boolean
}

const NOBODY: ClaimStanding = { holder: undefined, undecided: false }

export type ClaimConflict = Extract<CommitResult, { readonly committed: false }>['conflict']

export class Claims {
  readonly #context: StoreContext
  readonly #transactions: Transactions

  constructor(context: StoreContext, transactions: Transactions) {
    this.#context = context
    this.#transactions = transactions
  }

  async read(tenant: Tenant, claim: string, deadline: number): Promise<ResourceKey | undefined> {
    const item = await this.#context.table.get(claimKey(tenant, claim), deadline)
    return (await this.#standing(tenant, item, undefined, deadline)).holder
  }

  /**
   * @param found what a conditional put has met.
   * @param writer the transaction that the put is of, if any.
   * @returns on which condition to put again, or the conflict.
   */
  async conditionFor(
    tenant: Tenant,
    claim: Claim,
    found: ClaimItem | undefined,
    writer: Seniority | undefined,
    deadline: number,
  ): Promise<Condition | ClaimConflict> {
    const { holder, undecided } = await this.#standing(tenant, found, writer, deadline)
    if (undecided || !isSame(holder, claim.replaces)) return { kind: 'claim', claim: claim.claim, resource: holder }
    return found ? [{ nonce: optionalText(found, 'nonce'), tx: transactionOf(found) }] : FREE
  }

  async #standing(
    tenant: Tenant,
    found: ClaimItem | undefined,
    writer: Seniority | undefined,
    deadline: number,
  ): Promise<ClaimStanding> {
    let item = found
    for (;;) {
      if (!item) return NOBODY
      const transaction = transactionOf(item)
      if (transaction === undefined) return { holder: holderOf(item), undecided: false }
      const fate = await this.#transactions.settledFate(tenant, transaction, writer, deadline)
      if (fate === 'committed') return { holder: holderOf(item), undecided: false }
      if (fate !== 'missing') return { holder: priorOf(item), undecided: fate === 'pending' }
      const again = await this.#context.table.get(keyOf(item), deadline)
      if (again && transactionOf(again) === transaction) return { holder: priorOf(again), undecided: false }
      item = again
    }
  }
}

/** On which condition a claim is put first, before anything is known of it. */
export const firstCondition = ({ replaces }: Claim): Condition =>
  replaces ? [{ type: replaces.type, id: replaces.id, tx: undefined }] : FREE

export function claimPut(tenant: Tenant, claim: Claim, nonce: string, condition: Condition): Put {
  const { resource, expiresAt } = claim
  const expires = expiresAt === undefined ? {} : { expires: Math.ceil(expiresAt / 1000) }
  const item: ClaimItem = { ...claimKey(tenant, claim.claim), type: resource.type, id: resource.id, nonce, ...expires }
  return { kind: 'put', item, condition }
}

/** The same of a transaction, which keeps who holds the claim until it is decided. */
export function stagedClaimPut(
  tenant: Tenant,
  claim: Claim,
  nonce: string,
  condition: Condition,
  transaction: string,
): Put {
  const { item } = claimPut(tenant, claim, nonce, condition)
  const { replaces } = claim
  const prior = replaces && { priorType: replaces.type, priorId: replaces.id }
  return { kind: 'put', item: { ...item, tx: transaction, ...prior }, condition }
}

export const finalizingClaim = (tenant: Tenant, claim: string, transaction: string): Update => ({
  kind: 'update',
  key: claimKey(tenant, claim),
  set: {},
  remove: ['tx', 'priorType', 'priorId'],
  condition: [{ tx: transaction }],
})

const holderOf = (item: ClaimItem): ResourceKey | undefined => resourceOf(item, 'type', 'id')
const priorOf = (item: ClaimItem): ResourceKey | undefined => resourceOf(item, 'priorType', 'priorId')

function resourceOf(item: ClaimItem, typeName: string, idName: string): ResourceKey | undefined {
  const type = optionalText(item, typeName)
  const id = optionalText(item, idName)
  return type === undefined || id === undefined ? undefined : { type, id }
}

const isSame = (left: ResourceKey | undefined, right: ResourceKey | undefined): boolean =>
  left?.type === right?.type && left?.id === right?.id
