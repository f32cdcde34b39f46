/** What became of each record of a batch: done, to come again, or refused for good. */
import {
  type ChangeImage,
  type ChangeImages,
  type Clock,
  Fault,
  isAway,
  type Logger,
  type Metrics,
  type RefusedChange,
  type RefusedChanges,
  type VersionImage,
} from '#service/index.ts'
import type { StreamAnswer, StreamEvent, StreamRecord } from './stream-event.ts'

export interface StreamWorkerParts {
  readonly images: ChangeImages
  readonly refused: RefusedChanges
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** A record that came to something, with its place in the batch. */
export interface Placed<Image extends ChangeImage = ChangeImage> {
  readonly position: number
  readonly image: Image
}

export type PlacedVersion = Placed<VersionImage>

export const isVersion = (placed: Placed): placed is PlacedVersion => placed.image.kind === 'version'

/** What does not go away by itself: a record that fails with it for so long is refused. */
const PATIENCE_MS = 15 * 60 * 1000

export class StreamBatch {
  readonly #worker: string
  readonly #parts: StreamWorkerParts
  readonly #records: readonly StreamRecord[]
  readonly #again = new Set<number>()
  readonly #refused = new Map<number, RefusedChange>()

  constructor(worker: string, parts: StreamWorkerParts, { Records }: StreamEvent) {
    this.#worker = worker
    this.#parts = parts
    this.#records = Records
  }

  /** Those that workers act on, in order. What can't be read is refused. */
  images(): readonly Placed[] {
    return this.#records.flatMap((record, position) => {
      try {
        const image = this.#parts.images.read(record)
        return image.kind === 'other' ? [] : { position, image }
      } catch (error) {
        this.refuse({ position }, causeOf(error))
        return []
      }
    })
  }

  /** The record, and with it all behind it, comes again. */
  retry({ position }: Pick<Placed, 'position'>): void {
    this.#again.add(position)
  }

  /** As long as it is young; what others can't do for it by then is not a matter of time. */
  retryOrRefuse(placed: Placed, cause: string): void {
    if (this.#ageMs(placed.position) < PATIENCE_MS) this.retry(placed)
    else this.refuse(placed, cause)
  }

  refuse({ position, image }: { readonly position: number; readonly image?: ChangeImage }, cause: string): void {
    const known =
      image?.kind === 'version'
        ? {
            tenant: image.tenant,
            type: image.attributes.type,
            id: image.attributes.id,
            versionId: image.attributes.versionId,
          }
        : image?.kind === 'transaction' && { tenant: image.tenant }
    this.#refused.set(position, { worker: this.#worker, sequenceNumber: this.#number(position), ...known, cause })
  }

  /** Whether it is done with, be it refused. */
  isDone({ position }: Pick<Placed, 'position'>): boolean {
    return !this.#again.has(position)
  }

  /** Reports what was refused and how far behind the batch is. */
  async finish(deadline: number): Promise<StreamAnswer> {
    const { refused, logger, metrics } = this.#parts
    if (this.#refused.size > 0) {
      for (const { sequenceNumber, type, cause } of this.#refused.values())
        logger.error('A change was refused', { worker: this.#worker, sequenceNumber, type, cause })
      metrics.record('Refused', 'Count', this.#refused.size)
      try {
        await refused.report([...this.#refused.values()], deadline)
      } catch (error) {
        logger.error('Refused changes could not be reported', { worker: this.#worker, cause: causeOf(error) })
        for (const position of this.#refused.keys()) this.#again.add(position)
      }
    }
    const oldest = this.#records.reduce((most, _, position) => Math.max(most, this.#ageMs(position)), 0)
    metrics.record('Lag', 'Milliseconds', oldest)
    if (this.#again.size === 0) return { batchItemFailures: [] }
    logger.warn('Changes have to come again', { worker: this.#worker, count: this.#again.size })
    // Lambda goes on from the lowest.
    return { batchItemFailures: [{ itemIdentifier: this.#number(Math.min(...this.#again)) }] }
  }

  #number(position: number): string {
    return this.#records[position]?.dynamodb?.SequenceNumber ?? ''
  }

  #ageMs(position: number): number {
    const { clock } = this.#parts
    const seconds = this.#records[position]?.dynamodb?.ApproximateCreationDateTime
    return seconds === undefined ? 0 : Math.max(0, clock.now() - seconds * 1000)
  }
}

/** Whether it may well succeed later. */
export const isPassing = (error: unknown): boolean =>
  isAway(error) || (Fault.is(error) && error.category === 'conflict')

/** Messages of errors may quote what they failed with: only names are told. */
export function causeOf(error: unknown): string {
  if (Fault.is(error)) return `Fault ${error.category}`
  return error instanceof Error ? error.name : 'unknown'
}
