/** What follows a commit, once the stream tells of it: transactions are finished, changes are published. */
import type { ChangePublisher, Listeners, Tenant, TransactionFinisher, TransactionImage } from '#service/index.ts'
import {
  causeOf,
  isPassing,
  isVersion,
  type Placed,
  type PlacedVersion,
  StreamBatch,
  type StreamWorkerParts,
} from './stream-batch.ts'
import type { StreamHandler } from './stream-event.ts'

export interface DispatchParts extends StreamWorkerParts {
  readonly finisher: TransactionFinisher
  /** Without it nobody listens, and nothing is published. */
  readonly publisher?: ChangePublisher
  /** Without it the publisher knows itself who listens. */
  readonly listeners?: Listeners
}

export function createDispatch(parts: DispatchParts): StreamHandler {
  return async (event, deadline) => {
    const batch = new StreamBatch('dispatch', parts, event)
    const images = batch.images()
    for (const placed of images.filter(isTransaction)) await finishTransaction(parts, batch, placed, deadline)
    await publish(parts, batch, images.filter(isVersion), deadline)
    return batch.finish(deadline)
  }
}

const isTransaction = (placed: Placed): placed is Placed<TransactionImage> => placed.image.kind === 'transaction'

async function finishTransaction(
  { finisher, metrics }: DispatchParts,
  batch: StreamBatch,
  placed: Placed<TransactionImage>,
  deadline: number,
): Promise<void> {
  const { tenant, transaction } = placed.image
  try {
    const outcome = await finisher.finish(tenant, transaction, deadline)
    // It is decided, so what is open is only what can't be found yet.
    if (outcome === 'open') batch.retryOrRefuse(placed, 'the transaction stays open')
    else metrics.record('Finished', 'Count', 1)
  } catch (error) {
    if (isPassing(error)) batch.retry(placed)
    else batch.refuse(placed, causeOf(error))
  }
}

async function publish(
  { publisher, listeners }: DispatchParts,
  batch: StreamBatch,
  versions: readonly PlacedVersion[],
  deadline: number,
): Promise<void> {
  if (!publisher || versions.length === 0) return
  try {
    const heard = await heardTenants(listeners, versions, deadline)
    const changes = versions
      .filter(({ image }) => heard.has(image.tenant))
      .map(({ image }) => ({ tenant: image.tenant, ...image.attributes }))
    if (changes.length > 0) await publisher.publish(changes, deadline)
  } catch (error) {
    for (const placed of versions) {
      if (isPassing(error)) batch.retry(placed)
      else batch.refuse(placed, causeOf(error))
    }
  }
}

/** Most of the time nobody listens: then one small read is all that a batch costs. */
async function heardTenants(
  listeners: Listeners | undefined,
  versions: readonly PlacedVersion[],
  deadline: number,
): Promise<ReadonlySet<Tenant>> {
  const tenants = [...new Set(versions.map(({ image }) => image.tenant))]
  if (!listeners) return new Set(tenants)
  const answers = await Promise.all(tenants.map(tenant => listeners.isHeard(tenant, deadline)))
  return new Set(tenants.filter((_, index) => answers[index]))
}
