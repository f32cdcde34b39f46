/**
 * One resource under 16 clients at once: reads, updates with and without If-Match, creates only, patches and deletes
 * through the real door. Whatever they were answered can be told as one after the other.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRestDoor } from '#rest/door.ts'
import { openPrimaryService } from '#runtime/embedded.ts'
import { createFhirService } from '#service/index.ts'
import { memoryDynamo } from '#test/support/memory-dynamo.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { jsonOf, restCall, restRequest } from '#test/support/rest-request.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { linearize, type Recorded, type ResourceState } from './linearizable.ts'

const CLIENTS = 16
const CALLS_EACH = 12
const URL = 'Patient/x'

/** A small generator of numbers that gives the same ones for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

type Door = ReturnType<typeof createRestDoor>

interface Answer {
  readonly status: number
  readonly version: number | undefined
  readonly value: number | undefined
}

async function send(
  door: Door,
  line: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const request = restRequest(line, {
    call: restCall(),
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { status, headers: answered, body: content } = jsonOf(await door(request))
  const version = /"(\d+)"/.exec(answered.ETag ?? '')?.[1]
  const value = (content as { multipleBirthInteger?: number } | undefined)?.multipleBirthInteger
  return { status, version: version === undefined ? undefined : Number(version), value }
}

const patient = (value: number) => ({ resourceType: 'Patient', id: 'x', multipleBirthInteger: value })
const JSON_BODY = { 'content-type': 'application/fhir+json' }

const isThere = ({ version, deleted }: ResourceState): boolean => version > 0 && !deleted
const written = (state: ResourceState, answer: Answer, value: number): ResourceState | undefined =>
  answer.version === state.version + 1 ? { version: answer.version, deleted: false, value } : undefined

type Step = Recorded['step']

/** What each kind of call may be answered, by the state that it meets. */
interface Kind {
  readonly line: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly step: (answer: Answer) => Step
}

function callOf(pick: number, value: number, known: number): Kind {
  const match = { 'if-match': `W/"${known}"` }
  const matches = (state: ResourceState) => isThere(state) && state.version === known
  switch (pick) {
    case 0:
    case 1:
    case 2:
      return { line: `GET /${URL}`, step: answer => state => (readFits(answer, state) ? state : undefined) }
    case 3:
      return {
        line: `PUT /${URL}`,
        body: patient(value),
        headers: JSON_BODY,
        step: answer => state =>
          answer.status === (isThere(state) ? 200 : 201) ? written(state, answer, value) : undefined,
      }
    case 4:
    case 5:
      return {
        line: `PUT /${URL}`,
        body: patient(value),
        headers: { ...JSON_BODY, ...match },
        step: answer => state => {
          if (answer.status === 412) return matches(state) ? undefined : state
          return answer.status === 200 && matches(state) ? written(state, answer, value) : undefined
        },
      }
    case 6:
      return {
        line: `PUT /${URL}`,
        body: patient(value),
        headers: { ...JSON_BODY, 'if-none-match': '*' },
        step: answer => state => {
          if (answer.status === 412) return isThere(state) ? state : undefined
          return answer.status === 201 && !isThere(state) ? written(state, answer, value) : undefined
        },
      }
    case 7:
      return {
        line: `PATCH /${URL}`,
        body: [{ op: 'replace', path: '/multipleBirthInteger', value }],
        headers: { 'content-type': 'application/json-patch+json' },
        step: answer => state => {
          if (answer.status === 404) return state.version === 0 ? state : undefined
          if (answer.status === 410) return state.deleted ? state : undefined
          return answer.status === 200 && isThere(state) ? written(state, answer, value) : undefined
        },
      }
    default: {
      const conditional = pick === 8
      return {
        line: `DELETE /${URL}`,
        headers: conditional ? match : {},
        step: answer => state => {
          if (answer.status === 412) return conditional && !matches(state) ? state : undefined
          if (answer.status !== 204 || (conditional && !matches(state))) return undefined
          if (!isThere(state)) return answer.version === undefined ? state : undefined
          return answer.version === state.version + 1 ? { version: answer.version, deleted: true, value: 0 } : undefined
        },
      }
    }
  }
}

function readFits({ status, version, value }: Answer, state: ResourceState): boolean {
  if (status === 404) return state.version === 0
  if (status === 410) return state.deleted
  return status === 200 && isThere(state) && version === state.version && value === state.value
}

async function record(door: Door, seed: number): Promise<readonly Recorded[]> {
  const calls: Recorded[] = []
  let clock = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const random = randomOf(seed * 1000 + client)
      let known = 1
      for (let turn = 0; turn < CALLS_EACH; turn++) {
        const value = client * CALLS_EACH + turn + 1
        const { line, body, headers = {}, step } = callOf(random(10), value, known)
        const start = ++clock
        const answer = await send(door, line, body, headers)
        const end = ++clock
        known = answer.version ?? known
        // A write that lost every attempt says that it did nothing.
        const effect = answer.status === 409 ? (state: ResourceState) => state : step(answer)
        calls.push({
          start,
          end,
          text: `${line} ${JSON.stringify(headers)} -> ${answer.status} ${answer.version}`,
          step: effect,
        })
      }
    }),
  )
  return calls
}

const { SEED } = process.env
/** The same for each check; by SEED=random another one, which the test's name tells. */
const SEEDS = SEED === undefined ? [1, 2] : [SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(SEED)]

describe('every answer fits into one order', () => {
  test.each(SEEDS)('on memory, seed %i', async seed => {
    const service = createFhirService({ ports: memoryPorts(), definitions: testDefinitions })
    const calls = await record(createRestDoor(service), seed)
    expect({ seed, order: linearize(calls)?.length }).toEqual({ seed, order: CLIENTS * CALLS_EACH })
  })

  test.each(SEEDS)('on the store for DynamoDB, over a table in memory, seed %i', async seed => {
    const { store, clock } = memoryDynamo()
    const service = createFhirService({ ports: { ...memoryPorts(), store, clock }, definitions: testDefinitions })
    const calls = await record(createRestDoor(service), seed)
    expect({ seed, order: linearize(calls)?.length }).toEqual({ seed, order: CLIENTS * CALLS_EACH })
  })

  test.each(SEEDS)('on the embedded engine, seed %i', async seed => {
    const folder = await mkdtemp(join(tmpdir(), 'linearizable-'))
    const { service, close } = await openPrimaryService({ folder, definitions: testDefinitions })
    const calls = await record(createRestDoor(service), seed)
    await close()
    await rm(folder, { recursive: true })
    expect({ seed, order: linearize(calls)?.length }).toEqual({ seed, order: CLIENTS * CALLS_EACH })
  })
})

describe('the checker', () => {
  const write = (start: number, end: number, version: number): Recorded => ({
    start,
    end,
    text: `write ${version}`,
    step: state => (state.version === version - 1 ? { version, deleted: false, value: version } : undefined),
  })
  const read = (start: number, end: number, version: number): Recorded => ({
    start,
    end,
    text: `read ${version}`,
    step: state => (state.version === version ? state : undefined),
  })

  test('finds an order for calls at the same time', () => {
    expect(linearize([write(1, 9, 1), write(2, 8, 2), read(3, 4, 1), read(5, 6, 2)])).toEqual([
      'write 1',
      'read 1',
      'write 2',
      'read 2',
    ])
  })

  test.each([
    ['a stale read', [write(1, 2, 1), write(3, 4, 2), read(5, 6, 1)]],
    ['a read that goes back', [write(1, 2, 1), write(3, 10, 2), read(4, 5, 2), read(6, 7, 1)]],
    ['a write twice', [write(1, 2, 1), write(3, 4, 1)]],
    ['a read of what was not written yet', [read(1, 2, 1), write(3, 4, 1)]],
  ])('finds none for %s', (_what, calls) => {
    expect(linearize(calls)).toBe(undefined)
  })
})
