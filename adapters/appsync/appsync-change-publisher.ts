import { fault } from '#service/fault.ts'
import type { CommittedChange } from '#service/ports/change-feed.ts'
import type { ChangePublisher } from '#service/ports/change-publisher.ts'
import type { Clock } from '#service/ports/clock.ts'

export interface AppSyncChangePublisherParts {
  /** The GraphQL endpoint: `https://....appsync-api.us-east-1.amazonaws.com/graphql`. */
  readonly endpoint: string
  /** Headers by which the API knows who asks: it takes this mutation from the publishing role alone. */
  sign(request: UnsignedRequest): Promise<Readonly<Record<string, string>>>
  /** As subscribers are told of it, by the names of the mutation's arguments. */
  readonly payloadOf: (change: CommittedChange) => Readonly<Record<string, unknown>>
  /** What deadlines are in. */
  readonly clock: Clock
}

export interface UnsignedRequest {
  readonly method: string
  readonly host: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: string
}

/** Mutations of one request; AppSync runs them one after the other. */
const CHANGES_MAX = 10

const ARGUMENTS = {
  tenant: 'String!',
  resourceType: 'String!',
  id: 'ID!',
  versionId: 'String!',
  lastUpdated: 'String!',
  interaction: 'String!',
  compartments: '[String]',
} as const

/** AppSync tells subscribers of what is changed by its own mutations alone, so each change is said by one. */
export class AppSyncChangePublisher implements ChangePublisher {
  readonly #parts: AppSyncChangePublisherParts

  constructor(parts: AppSyncChangePublisherParts) {
    this.#parts = parts
  }

  async publish(changes: readonly CommittedChange[], deadline: number): Promise<void> {
    for (let start = 0; start < changes.length; start += CHANGES_MAX)
      await this.#send(changes.slice(start, start + CHANGES_MAX), deadline)
  }

  async #send(changes: readonly CommittedChange[], deadline: number): Promise<void> {
    const { endpoint, sign, payloadOf, clock } = this.#parts
    const remainingMs = deadline - clock.now()
    if (remainingMs <= 0) throw unavailable('The deadline had passed before it was sent')
    const { host, pathname: path } = new URL(endpoint)
    const body = JSON.stringify({ query: documentFor(changes.length), variables: variablesOf(changes.map(payloadOf)) })
    const signed = await sign({ method: 'POST', host, path, query: {}, body })
    const headers = { ...signed, 'Content-Type': 'application/json' }
    const signal = AbortSignal.timeout(remainingMs)
    const response = await fetch(endpoint, { method: 'POST', headers, body, signal }).catch((error: unknown) => {
      throw unavailable(error instanceof Error ? error.name : 'unknown', error)
    })
    const text = await response.text()
    if (response.status !== 200) throw unavailable(`HTTP ${response.status}`)
    const { errors = [] } = JSON.parse(text) as { errors?: readonly { readonly errorType?: string | null }[] | null }
    // Their messages may quote what was sent.
    if (errors && errors.length > 0) throw unavailable(errors[0]?.errorType ?? 'GraphQL error')
  }
}

/** Everything is selected: subscribers get of a change what its mutation has selected, and no more. */
function documentFor(count: number): string {
  const names = Object.keys(ARGUMENTS)
  const numbers = Array.from({ length: count }, (_, number) => number)
  const declared = numbers.flatMap(number =>
    Object.entries(ARGUMENTS).map(([name, type]) => `$${name}${number}:${type}`),
  )
  const fields = numbers.map(number => {
    const given = names.map(name => `${name}:$${name}${number}`).join(' ')
    return `c${number}:publishResourceChange(${given}){${names.join(' ')}}`
  })
  return `mutation Publish(${declared.join(' ')}){${fields.join(' ')}}`
}

const variablesOf = (payloads: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    payloads.flatMap((payload, number) => Object.keys(ARGUMENTS).map(name => [`${name}${number}`, payload[name]])),
  )

const unavailable = (internal: string, cause?: unknown) =>
  fault('unavailable', 'AppSync did not take the changes: try again.', { internal, cause })
