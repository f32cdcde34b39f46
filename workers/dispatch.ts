/** What follows a commit, once the stream tells of it: transactions are finished, changes are published. */
import type { ChangePublisher, TransactionFinisher, TransactionImage, VersionImage } from '#service/index.ts'
import { causeOf, isPassing, type Placed, StreamBatch, type StreamWorkerParts } from './stream-batch.ts'
import type { StreamHandler } from './stream-event.ts'

export interface DispatchParts extends StreamWorkerParts {
  readonly finisher: TransactionFinisher
  /** Without it nobody listens, and nothing is published. */
  readonly publisher?: ChangePublisher
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

const isVersion = (placed: Placed): placed is Placed<VersionImage> => placed.image.kind === 'version'

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
  { publisher }: DispatchParts,
  batch: StreamBatch,
  versions: readonly Placed<VersionImage>[],
  deadline: number,
): Promise<void> {
  if (!publisher || versions.length === 0) return
  try {
    await publisher.publish(
      versions.map(({ image }) => ({ tenant: image.tenant, ...image.attributes })),
      deadline,
    )
  } catch (error) {
    for (const placed of versions) {
      if (isPassing(error)) batch.retry(placed)
      else batch.refuse(placed, causeOf(error))
    }
  }
}
