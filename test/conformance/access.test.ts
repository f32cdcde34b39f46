/**
 * What a policy hides might as well not be there, through both doors: what a guest is answered where hidden resources
 * are is, to the letter, what a guest is answered where they never were. For the admin, who sees all, both differ:
 * otherwise the probe would prove nothing.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HttpHandler } from '#rest/http-message.ts'
import { createAppSync } from '#runtime/local/appsync.ts'
import type { AccessPolicy } from '#service/index.ts'
import { invariant } from '#service/invariant.ts'
import type { Node } from '#service/search/ast.ts'
import { comparable, HIDDEN, MUTATIONS, PROBES, QUERIES, VISIBLE } from '#test/support/isolation-probes.ts'
import { restCall, restRequest, textOf } from '#test/support/rest-request.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'
import { testDefinitions } from '#test/support/test-world.ts'

const ADMIN = restCall({ caller: { subject: 'admin' } })
const GUEST = restCall({ caller: { subject: 'guest' } })

const security = testDefinitions.for(ADMIN.tenant).searchParameters('Patient').get('_security')
invariant(security, 'every type has _security')

const guestSees = (where: (type: string) => Node): AccessPolicy => ({
  permits: () => true,
  visible: (call, type) => (call.caller.subject === 'admin' ? { kind: 'everything' } : where(type)),
})

const POLICIES: readonly (readonly [string, AccessPolicy])[] = [
  [
    'a security label',
    guestSees(resourceType => {
      const parameter = { ...security, resourceType }
      return { kind: 'not', node: { kind: 'token', parameter, system: 'urn:labels', code: 'secret' } }
    }),
  ],
  ['a compartment', guestSees(() => ({ kind: 'compartment', compartment: 'Patient/open' }))],
]

interface Side extends RestWorld {
  readonly appsync: HttpHandler
}

async function openSide(policy: AccessPolicy, resources: typeof VISIBLE): Promise<Side> {
  const world = await openRestWorld({ policy })
  for (const body of resources) {
    await world.send(`PUT /${body.resourceType}/${body.id}`, { body, call: ADMIN })
  }
  // Newest, so that it is at the front of histories.
  world.clock.advance(1000)
  if (resources.some(({ id }) => id === 'gone')) await world.send('DELETE /Patient/gone', { call: ADMIN })
  world.clock.advance(world.historyLagMs)
  return { ...world, appsync: (await createAppSync({ service: world.service })).answer }
}

describe.each(POLICIES)('hidden by %s', (_what, policy) => {
  let hiding: Side
  let without: Side

  beforeAll(async () => {
    // Hidden first, so that they are at the front wherever the order of writing is one.
    hiding = await openSide(policy, [...HIDDEN, ...VISIBLE])
    without = await openSide(policy, VISIBLE)
  })

  afterAll(() => Promise.all([hiding.close(), without.close()]))

  test.each(Object.entries(PROBES))('REST: %s', async (_name, { line, ...parts }) => {
    const ask = async (side: Side, call: typeof GUEST) => {
      const { status, headers, body } = await side.send(line, { ...parts, call })
      return { status, headers: comparable(JSON.stringify(headers)), body: comparable(JSON.stringify(body ?? '')) }
    }
    expect(await ask(hiding, GUEST)).toEqual(await ask(without, GUEST))
    // After the guest: whose conditional create must not find what an admin made.
    expect(await ask(hiding, ADMIN)).not.toEqual(await ask(without, ADMIN))
  })

  test.each(Object.entries({ ...QUERIES, ...MUTATIONS }))('GraphQL: %s', async (_name, query) => {
    const ask = async (side: Side, call: typeof GUEST) => {
      const headers = { 'content-type': 'application/json' }
      const parts = { headers, body: JSON.stringify({ query }), call: { ...call, door: 'graphql' as const } }
      const { status, body } = textOf(await side.appsync(restRequest('POST /', parts)))
      return { status, body: comparable(body) }
    }
    expect(await ask(hiding, GUEST)).toEqual(await ask(without, GUEST))
    expect(await ask(hiding, ADMIN)).not.toEqual(await ask(without, ADMIN))
  })
})
