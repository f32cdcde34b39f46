/** `$purge`: all of a patient, in as many requests as it takes. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import { read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { mapConcurrently } from '../map-concurrently.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { formatInstant } from '../resource/stamp.ts'
import { deletedBefore } from './deleted-before.ts'
import { eraseResource, said } from './erase-resource.ts'
import type { OperationRunner } from './operation.ts'
import { dropPurgeRecord, keepPurgeRecord, type PurgeRecord, readPurgeRecord } from './purge-record.ts'

/** Resources that are erased before it is written down. */
const PAGE_SIZE = 200

/** Of the request's time, for what is under way when it ends. */
const LEFT_MS = 5000

export const purge: OperationRunner = async (context, call, { type = '', id = '' }) => {
  const begun = await readPurgeRecord(context, call, id)
  if (!begun) await assertThereOnce(context, call, { type, id })
  const patient = { type, id }
  const purging = new Purging(context, call, patient, begun)
  await purging.erase(purging.record.pending.map(keyOfReference))
  await purging.eraseCompartment()
  await purging.eraseDeletedBefore()
  await eraseResource(context, call, patient)
  const { count, begunAt, until } = purging.record
  const gone = `${referenceTo(patient)} is gone with ${count} resources of its compartment`
  if (until === undefined || until >= begunAt) {
    await dropPurgeRecord(context, call, id)
    return said(gone)
  }
  const { after: _end, until: since, ...rest } = purging.record
  await keepPurgeRecord(context, call, id, { ...rest, pending: [], since: until })
  return said(
    gone,
    `Resources that were deleted after ${formatInstant(until)} can not be looked for yet: there may be versions left of ` +
      `them. Ask for this once more in a minute, to be sure.`,
  )
}

class Purging {
  readonly #context: ServiceContext
  readonly #call: Call
  readonly #patient: ResourceKey
  /** What came up twice, as others write at the same time. */
  readonly #erased = new Set<string>()
  record: PurgeRecord

  constructor(context: ServiceContext, call: Call, patient: ResourceKey, begun: PurgeRecord | undefined) {
    this.#context = context
    this.#call = call
    this.#patient = patient
    this.record = begun ?? { begunAt: context.ports.clock.now(), count: 0, pending: [] }
  }

  async eraseCompartment(): Promise<void> {
    let parameters: Parameters | undefined = [['_count', String(PAGE_SIZE)]]
    while (parameters) {
      this.#assertTimeLeft()
      const request = { compartment: this.#patient, parameters, consistent: true } as const
      const found: SearchResult = await search(this.#context, this.#call, request)
      await this.erase(found.matches)
      parameters = found.next
    }
  }

  async eraseDeletedBefore(): Promise<void> {
    const compartment = referenceTo(this.#patient)
    for (;;) {
      this.#assertTimeLeft()
      const { since, after, until } = this.record
      const page = await deletedBefore(this.#context, this.#call, {
        compartment,
        ...(since !== undefined && { since }),
        ...(after !== undefined && { after }),
      })
      const { keys, next } = page
      for (let start = 0; start < keys.length; start += PAGE_SIZE) {
        this.#assertTimeLeft()
        await this.erase(keys.slice(start, start + PAGE_SIZE))
      }
      const known = page.until === undefined ? until : Math.min(page.until, until ?? page.until)
      const { after: _done, ...rest } = this.record
      this.record = {
        ...rest,
        ...(known !== undefined && { until: known }),
        ...(next !== undefined && { after: next }),
      }
      if (next === undefined) return
      await this.#keep()
    }
  }

  async erase(keys: readonly ResourceKey[]): Promise<void> {
    const own = referenceTo(this.#patient)
    const others = keys.filter(key => referenceTo(key) !== own && !this.#erased.has(referenceTo(key)))
    if (others.length === 0) return
    const pending = others.map(referenceTo)
    for (const reference of pending) this.#erased.add(reference)
    this.record = { ...this.record, pending }
    await this.#keep()
    const { concurrencyMax } = this.#context.limits
    await mapConcurrently(others, concurrencyMax, each => eraseResource(this.#context, this.#call, each))
    this.record = { ...this.record, pending: [], count: this.record.count + others.length }
  }

  #keep(): Promise<void> {
    return keepPurgeRecord(this.#context, this.#call, this.#patient.id, this.record)
  }

  #assertTimeLeft(): void {
    if (this.#context.ports.clock.now() <= this.#call.deadline - LEFT_MS) return
    throw fault(
      'unavailable',
      `The time of this request is over before all of ${referenceTo(this.#patient)} is gone: ` +
        `ask again, and it goes on from there (${this.record.count} resources of its compartment are gone).`,
      { retryAfterSeconds: 1 },
    )
  }
}

/** A patient who was deleted is there to be purged. */
async function assertThereOnce(context: ServiceContext, call: Call, key: ResourceKey): Promise<void> {
  try {
    await read(context, call, key)
  } catch (error) {
    if (!Fault.is(error) || error.category !== 'gone') throw error
  }
}

const referenceTo = ({ type, id }: ResourceKey): string => `${type}/${id}`

function keyOfReference(reference: string): ResourceKey {
  const [type = '', id = ''] = reference.split('/')
  return { type, id }
}
