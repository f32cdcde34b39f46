/** Live updates with the clients that apps have: AWS Amplify, and Apollo Client with AppSync's link; both over TLS. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { Amplify } from 'aws-amplify'
import { generateClient } from 'aws-amplify/api'
import { createSubscriptionHandshakeLink } from 'aws-appsync-subscription-link'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'

const pathOf = (name: string) => fileURLToPath(new URL(`../support/tls/localhost.${name}.pem`, import.meta.url))
const tls = { certificateFile: pathOf('cert'), keyFile: pathOf('key') }

let world: World

beforeAll(async () => {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(tls.certificateFile, 'utf8')])
  world = await startWorld({ config: { tls } })
})

afterAll(() => world.close())

const SUBSCRIPTION = `subscription OnChange($type: String!) {
  onResourceChange(resourceType: $type) { resourceType id versionId interaction }
}`

interface Changed {
  readonly onResourceChange: { readonly id: string; readonly versionId: string; readonly interaction: string }
}

/** A list that fills by events and can be waited for. */
function mailbox<T>() {
  const arrived: T[] = []
  const waiting: ((item: T) => void)[] = []
  return {
    put(item: T): void {
      const taker = waiting.shift()
      if (taker) taker(item)
      else arrived.push(item)
    },
    take: (): Promise<T> =>
      new Promise(resolve => {
        const item = arrived.shift()
        if (item === undefined) waiting.push(resolve)
        else resolve(item)
      }),
  }
}

async function create(type: string, content: object): Promise<string> {
  const response = await fetch(`${world.baseUrl}/${type}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/fhir+json', Prefer: 'return=representation' },
    body: JSON.stringify({ resourceType: type, ...content }),
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

/** Creates until one of those is heard of: a client does not say when its subscription stands. */
async function firstHeard(type: string, content: object, take: () => Promise<Changed>): Promise<Changed> {
  const created = new Set<string>()
  let heard = take()
  for (;;) {
    created.add(await create(type, content))
    const answer = await Promise.race([heard, delay(50, undefined)])
    if (answer === undefined) continue
    if (created.has(answer.onResourceChange.id)) return answer
    heard = take()
  }
}

it('Amplify subscribes, hears of a change made over REST, finds its way back after a restart, and unsubscribes', async () => {
  Amplify.configure({
    API: {
      GraphQL: { endpoint: world.graphqlUrl, region: 'us-east-1', defaultAuthMode: 'apiKey', apiKey: 'da2-local' },
    },
  })
  const client = generateClient()
  const changes = mailbox<Changed>()
  const observable = client.graphql({ query: SUBSCRIPTION, variables: { type: 'Patient' } }) as unknown as {
    subscribe(observer: { next(event: { data: Changed }): void; error(error: unknown): void }): { unsubscribe(): void }
  }
  const subscription = observable.subscribe({
    next: ({ data }) => changes.put(data),
    error: error => changes.put(error as never),
  })
  const { onResourceChange } = await firstHeard('Patient', {}, changes.take)
  expect(onResourceChange).toEqual({
    resourceType: 'Patient',
    id: expect.stringMatching(/^[\w-]+$/),
    versionId: '1',
    interaction: 'create',
  })
  await world.restart()
  expect((await firstHeard('Patient', {}, changes.take)).onResourceChange).toMatchObject({ interaction: 'create' })
  subscription.unsubscribe()
})

it('Apollo Client subscribes by the link of AppSync, and again after the gateway was restarted', async () => {
  const client = new ApolloClient({
    link: createSubscriptionHandshakeLink({
      url: world.graphqlUrl,
      region: 'us-east-1',
      auth: { type: 'API_KEY', apiKey: 'da2-local' },
    }) as never,
    cache: new InMemoryCache(),
  })
  const subscribe = (changes: { put(item: Changed): void }, type: string) =>
    client
      .subscribe<Changed>({ query: gql(SUBSCRIPTION), variables: { type } })
      .subscribe({ next: ({ data }) => data && changes.put(data), error: () => undefined })

  const before = mailbox<Changed>()
  const subscription = subscribe(before, 'Device')
  expect((await firstHeard('Device', {}, before.take)).onResourceChange).toMatchObject({ interaction: 'create' })
  subscription.unsubscribe()

  await world.restart()
  const after = mailbox<Changed>()
  const again = subscribe(after, 'Group')
  expect((await firstHeard('Group', { type: 'person', actual: true }, after.take)).onResourceChange).toMatchObject({
    versionId: '1',
    interaction: 'create',
  })
  again.unsubscribe()
  client.stop()
})
