/**
 * Every write that takes several steps, on the code that runs on AWS, stopped after each of them: nothing that was
 * answered is lost, nothing is there by half, whoever sends it again gets what was asked for, once, and what nobody
 * needs goes.
 */
import { expect, test } from 'vitest'
import { Fault } from '#service/fault.ts'
import type { JsonObject, JsonValue } from '#service/resource/content.ts'
import type { CrashProcess } from '#test/support/crash-world.ts'
import { eyesParameter, patientWithEyes } from '#test/support/own-parameters.ts'
import { jsonOf } from '#test/support/test-world.ts'
import { type Seen, type SteppedWrite, stopAfterEveryStep } from './every-step.ts'

/** Some 4 KB that don't get smaller. */
const LARGE = Array.from({ length: 400 }, (_, index) => Math.sin(index).toString(36).slice(2, 12)).join(' ')

const basic = (text: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Basic',
  identifier: [{ value: text }],
  code: { text },
  ...more,
})

async function attempted<T>(promise: Promise<T>): Promise<T | undefined> {
  return promise.catch((error: unknown) => {
    if (Fault.is(error) && (error.category === 'not-found' || error.category === 'gone')) return undefined
    throw error
  })
}

async function textOf({ service, call }: CrashProcess, type: string, id: string): Promise<string | undefined> {
  const found = await attempted(service.read(call(), { type, id }))
  if (found?.kind !== 'found') return undefined
  const { code } = found.version.content() as unknown as { readonly code: { readonly text: string } }
  return code.text
}

/** Of those with this identifier, as a search that must see every write finds them. */
async function countOf({ service, call }: CrashProcess, identifier: string, type = 'Basic'): Promise<number> {
  const parameters = [['identifier', identifier]] as const
  const { matches } = await service.search(call(), { type, parameters, consistent: true })
  return matches.length
}

const seenOf = (count: number, all: number): Seen =>
  count === 0 ? 'none' : count === all ? 'all' : `${count} of ${all}`

const post = (resource: JsonObject): JsonObject => ({
  resource,
  request: { method: 'POST', url: String(resource.resourceType) },
})

const bundle = (type: string, entry: readonly JsonValue[]): JsonObject => ({
  resourceType: 'Bundle',
  type,
  entry: [...entry],
})

const ONCE = { key: 'once', fingerprint: 'same' }

/** Six entries are staged, two are one request of the table. */
const entriesOf = (count: number): readonly JsonValue[] => Array.from({ length: count }, () => post(basic('entry')))

const seesEntries =
  (count: number) =>
  async (process: CrashProcess): Promise<Seen> =>
    seenOf(await countOf(process, 'entry'), count)

async function submitsUpload(process: CrashProcess): Promise<void> {
  const { service, call } = process
  const { body } = await service.operation(call(), { name: 'upload', method: 'POST', parameters: [] })
  const { parameter } = jsonOf(body ?? []) as unknown as {
    readonly parameter: readonly { readonly name: string; readonly valueUrl?: string; readonly valueString?: string }[]
  }
  const url = parameter.find(({ name }) => name === 'url')?.valueUrl ?? ''
  const reference = parameter.find(({ name }) => name === 'reference')
  const content = Buffer.from(JSON.stringify(bundle('transaction', entriesOf(6))))
  await process.upload(url, content)
  const named: JsonObject = { resourceType: 'Parameters', parameter: [{ ...reference } as JsonObject] }
  await service.submitBundle(call(), { content: named })
  await process.runJobs()
}

const put = (id: string, text: string) => (process: CrashProcess) =>
  process.service.update(process.call(), { type: 'Basic', id, content: basic(text, { id }) })

const bytesOf = (text: string): Uint8Array => Buffer.from(text.repeat(2500))

async function seesBytes({ service, call }: CrashProcess, expected: string): Promise<Seen> {
  const found = await attempted(service.readBinary(call(), { id: 'b' }))
  if (found?.kind !== 'found') return 'none'
  const pieces: Uint8Array[] = []
  for await (const piece of await found.get(undefined)) pieces.push(piece)
  const text = Buffer.concat(pieces).toString()
  return text.length === 10_000 ? (text.startsWith(expected) ? 'all' : 'none') : `${text.length} bytes`
}

const writesBytes = (text: string) => (process: CrashProcess) =>
  process.service.writeBinary(process.call(), { id: 'b', contentType: 'image/png', bytes: bytesOf(text) })

const erases = (name: 'erase' | 'purge', type: string, id: string) => async (process: CrashProcess) => {
  const request = { name, type, id, method: 'POST', parameters: [] } as const
  await attempted(process.service.operation(process.call(), request))
}

const patient: JsonObject = { resourceType: 'Patient', id: 'p', identifier: [{ value: 'p' }] }

const observation = (id: string): JsonObject => ({
  ...{ resourceType: 'Observation', id, status: 'final', code: { text: 'x' } },
  subject: { reference: 'Patient/p' },
})

const writes =
  (...contents: readonly JsonObject[]) =>
  async (process: CrashProcess) => {
    for (const content of contents) {
      const key = { type: String(content.resourceType), id: String(content.id) }
      await process.service.update(process.call(), { ...key, content })
    }
  }

async function isThere({ service, call }: CrashProcess, type: string, id: string): Promise<boolean> {
  return (await attempted(service.read(call(), { type, id }))) !== undefined
}

function unknownParameter(error: unknown): undefined {
  if (!Fault.is(error) || error.category !== 'invalid') throw error
}

/** What history still tells of it: versions with content. */
async function contentsOf({ service, call }: CrashProcess, type: string, id: string): Promise<number> {
  const history = await attempted(service.history(call(), { type, id, parameters: [] }))
  return history?.versions.filter(({ body }) => body !== undefined).length ?? 0
}

/** One that no version names costs its storage, and goes with $erase of the resource. */
const LONELY_BODY = /^body /

const WRITES: Readonly<Record<string, SteppedWrite>> = {
  'create with a body in S3': {
    leaves: LONELY_BODY,
    write: put('large', LARGE),
    seen: async process => ((await textOf(process, 'Basic', 'large')) === LARGE ? 'all' : 'none'),
  },
  'update with a body in S3': {
    leaves: LONELY_BODY,
    prepare: put('large', `before ${LARGE}`),
    write: put('large', LARGE),
    seen: async process => {
      const text = await textOf(process, 'Basic', 'large')
      return text === LARGE ? 'all' : text === `before ${LARGE}` ? 'none' : String(text)
    },
  },
  'conditional create': {
    write: ({ service, call }) =>
      service.create(call(), { type: 'Basic', content: basic('c'), ifNoneExist: 'identifier=c' }),
    seen: async process => seenOf(await countOf(process, 'c'), 1),
  },
  'conditional update that creates': {
    write: ({ service, call }) =>
      service.conditionalUpdate(call(), { type: 'Basic', content: basic('c'), condition: 'identifier=c' }),
    seen: async process => seenOf(await countOf(process, 'c'), 1),
  },
  'create with Idempotency-Key': {
    write: ({ service, call }) => service.create(call(), { type: 'Basic', content: basic('once'), once: ONCE }),
    seen: async process => seenOf(await countOf(process, 'once'), 1),
  },
  'write with X-Provenance': {
    write: ({ service, call }) =>
      service.update(call(), {
        ...{ type: 'Basic', id: 'x', content: basic('x', { id: 'x' }) },
        provenance: {
          ...{ resourceType: 'Provenance', recorded: '2024-01-01T00:00:00Z' },
          agent: [{ who: { display: 'x' } }],
        },
      }),
    seen: async process => {
      const { service, call } = process
      const { matches } = await service.search(call(), {
        ...{ type: 'Provenance', parameters: [['target', 'Basic/x']], consistent: true },
      })
      const count = Number(await isThere(process, 'Basic', 'x')) + Math.min(matches.length, 1)
      return seenOf(count, 2)
    },
  },
  'transaction in one request, with Idempotency-Key': {
    write: ({ service, call }) => service.bundle(call(), { content: bundle('transaction', entriesOf(2)), once: ONCE }),
    seen: seesEntries(2),
  },
  'staged transaction, with Idempotency-Key': {
    write: ({ service, call }) => service.bundle(call(), { content: bundle('transaction', entriesOf(6)), once: ONCE }),
    seen: seesEntries(6),
  },
  'batch with Idempotency-Key': {
    write: ({ service, call }) => service.bundle(call(), { content: bundle('batch', entriesOf(3)), once: ONCE }),
    seen: seesEntries(3),
    between: /^[12] of 3$/,
  },
  'transaction with respond-async': {
    write: async process => {
      const content = bundle('transaction', entriesOf(6))
      await process.service.submitBundle(process.call(), { content })
      await process.runJobs()
    },
    seen: seesEntries(6),
    again: async process => {
      // Who had no answer to the submission sends it again; a job that is known goes on by itself.
      if ((await countOf(process, 'entry')) > 0) return
      await process.service.submitBundle(process.call(), { content: bundle('transaction', entriesOf(6)) })
      await process.runJobs()
    },
  },
  'batch with respond-async': {
    write: async process => {
      await process.service.submitBundle(process.call(), { content: bundle('batch', entriesOf(3)) })
      await process.runJobs()
    },
    seen: seesEntries(3),
    between: /^[12] of 3$/,
    again: async process => {
      if ((await countOf(process, 'entry')) > 0) return
      await process.service.submitBundle(process.call(), { content: bundle('batch', entriesOf(3)) })
      await process.runJobs()
    },
  },
  'transaction by reference': {
    write: submitsUpload,
    seen: seesEntries(6),
    again: async process => {
      if ((await countOf(process, 'entry')) === 0) await submitsUpload(process)
    },
  },
  'new Binary': {
    write: writesBytes('abcd'),
    seen: process => seesBytes(process, 'abcd'),
  },
  'update of a Binary': {
    prepare: writesBytes('abcd'),
    write: writesBytes('efgh'),
    seen: process => seesBytes(process, 'efgh'),
  },
  'delete where references are enforced': {
    prepare: writes(patient),
    write: ({ service, call }) => service.delete(call(), { type: 'Patient', id: 'p' }),
    seen: async process => ((await isThere(process, 'Patient', 'p')) ? 'none' : 'all'),
  },
  'reference where they are enforced': {
    prepare: writes(patient),
    write: writes(observation('o')),
    seen: async process => ((await isThere(process, 'Observation', 'o')) ? 'all' : 'none'),
  },
  'large transaction with references where they are enforced': {
    prepare: writes(patient),
    write: ({ service, call }) => {
      const entry = Array.from({ length: 5 }, () => post({ ...observation('o'), identifier: [{ value: 'entry' }] }))
      return service.bundle(call(), { content: bundle('transaction', entry), once: ONCE })
    },
    seen: async process => seenOf(await countOf(process, 'entry', 'Observation'), 5),
  },
  $erase: {
    prepare: async (process, world) => {
      await put('e', `one ${LARGE}`)(process)
      await put('e', `two ${LARGE}`)(process)
      const dying = world.process(1)
      await Promise.race([put('e', `three ${LARGE}`)(dying), dying.stopped])
    },
    write: erases('erase', 'Basic', 'e'),
    seen: async process => {
      const left = await contentsOf(process, 'Basic', 'e')
      if (await isThere(process, 'Basic', 'e')) return left === 2 ? 'none' : `there with ${left} versions`
      return left === 0 ? 'all' : `gone but for ${left} versions`
    },
    between: /^gone but for [12] versions$/,
  },
  '$erase of a Binary': {
    prepare: async process => {
      await writesBytes('abcd')(process)
      await writesBytes('efgh')(process)
    },
    write: erases('erase', 'Binary', 'b'),
    seen: async (process, world) => {
      if (await isThere(process, 'Binary', 'b')) return 'none'
      const left = (await contentsOf(process, 'Binary', 'b')) + world.objects().length
      return left === 0 ? 'all' : `gone but for ${left}`
    },
    between: /^gone but for [1-4]$/,
  },
  'SearchParameter of its own, and what is indexed anew by it': {
    prepare: writes(...['p1', 'p2', 'p3'].map(id => patientWithEyes(id, 'green') as JsonObject)),
    write: async process => {
      await writes(eyesParameter() as JsonObject)(process)
      await process.runJobs()
    },
    seen: async ({ service, call }) => {
      const request = { type: 'Patient', parameters: [['eyes', 'green']], consistent: true } as const
      const found = await service.search(call(), request).catch(unknownParameter)
      if (!found) return 'none'
      return found.issues.length > 0 ? 'says that it is not complete yet' : seenOf(found.matches.length, 3)
    },
    between: /^says that it is not complete yet$/,
  },
  $purge: {
    prepare: writes(patient, observation('o1'), observation('o2')),
    write: erases('purge', 'Patient', 'p'),
    seen: async process => {
      const left = await Promise.all([
        contentsOf(process, 'Patient', 'p'),
        contentsOf(process, 'Observation', 'o1'),
        contentsOf(process, 'Observation', 'o2'),
      ])
      const count = left.reduce((sum, one) => sum + one, 0)
      return count === 3 ? 'none' : count === 0 ? 'all' : `${count} left`
    },
    between: /^[12] left$/,
  },
}

test.each(Object.entries(WRITES))('%s', { timeout: 120_000 }, async (_name, write) => {
  const steps = await stopAfterEveryStep(write)
  expect(steps).toBeGreaterThan(1)
})
