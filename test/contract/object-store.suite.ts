/** What every ObjectStore does. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Tenant } from '#service/call.ts'
import { Fault } from '#service/fault.ts'
import type { ByteRange, ListedObject, ObjectContent, ObjectPage, ObjectStore } from '#service/ports/object-store.ts'
import { freshTenant, soon } from './changes.ts'
import { contractTest, type Skips } from './contract.ts'

export interface ObjectsUnderTest {
  readonly objects: ObjectStore
  close(): Promise<void>
}

const PDF = 'application/pdf; name="a b"'

/** Nearly random, so that a part read at the wrong place shows. */
const bytesOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 2_654_435_761) >>> 24)

async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield bytesOf(100_000)
  throw new Error('the client is gone')
}

async function contentOf(found: ObjectContent | undefined): Promise<unknown> {
  if (!found) return undefined
  const chunks: Uint8Array[] = []
  for await (const chunk of found.content) chunks.push(chunk)
  return { contentType: found.contentType, bytes: found.bytes, content: Buffer.concat(chunks).toString('base64') }
}

const expected = (content: Uint8Array, part: Uint8Array = content) => ({
  contentType: PDF,
  bytes: content.byteLength,
  content: Buffer.from(part).toString('base64'),
})

export function objectStoreSuite(engine: string, open: () => Promise<ObjectsUnderTest>, skips?: Skips): void {
  describe(`${engine} as an object store`, () => {
    const { holds, end } = contractTest(engine, skips)
    let opened: ObjectsUnderTest
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close())
    const put = (tenant: Tenant, key: string, content: Uint8Array | AsyncIterable<Uint8Array>) =>
      opened.objects.put(tenant, key, content, { contentType: PDF, deadline: soon() })
    const get = async (tenant: Tenant, key: string, range?: ByteRange) =>
      contentOf(await opened.objects.get(tenant, key, range, soon()))

    holds('lists what is there below a word, whoever it belongs to', async () => {
      const [one, other] = [freshTenant(), freshTenant()]
      const keys = Array.from({ length: 5 }, (_, index) => `binary/${index}/nonce`)
      for (const key of [...keys, 'other/1']) await put(one, key, bytesOf(10))
      await put(other, 'binary/x/nonce', bytesOf(10))
      await opened.objects.delete(one, 'binary/0/nonce', soon())
      const found: ListedObject[] = []
      let after: string | undefined
      do {
        const page: ObjectPage = await opened.objects.list('binary', after, soon())
        found.push(...page.objects)
        after = page.next
      } while (after !== undefined)
      const mine = found.filter(({ tenant }) => tenant === one || tenant === other)
      expect(mine.map(({ tenant, key }) => `${tenant} ${key}`).sort()).toEqual(
        [...keys.slice(1).map(key => `${one} ${key}`), `${other} binary/x/nonce`].sort(),
      )
      expect(mine.every(({ keptAt }) => Math.abs(keptAt - Date.now()) < 3_600_000)).toBe(true)
    })

    holds('gives back the bytes that were put, and their type', async () => {
      const tenant = freshTenant()
      for (const [key, length] of [
        ['binary/a.b-C/nonce', 300_000],
        ['binary/a.b-c/nonce', 10],
        ['empty', 0],
      ] as const) {
        const content = bytesOf(length)
        expect(await put(tenant, key, content)).toEqual({ contentType: PDF, bytes: length })
        expect(await opened.objects.head(tenant, key, soon())).toEqual({ contentType: PDF, bytes: length })
        expect(await get(tenant, key)).toEqual(expected(content))
      }
      expect(await get(tenant, 'binary/a.b-C/nonce')).toEqual(expected(bytesOf(300_000)))
    })

    holds('takes a stream', async () => {
      const tenant = freshTenant()
      const pieces = [bytesOf(70_000), bytesOf(0), bytesOf(6_000_000), bytesOf(1)]
      const whole = Buffer.concat(pieces)
      expect(await put(tenant, 'key', inPieces(...pieces))).toEqual({ contentType: PDF, bytes: whole.byteLength })
      expect(await get(tenant, 'key')).toEqual(expected(whole))
    })

    holds('keeps nothing of a stream that breaks, and tells its error', async () => {
      const tenant = freshTenant()
      await expect(put(tenant, 'key', breaking())).rejects.toThrow('the client is gone')
      expect(await opened.objects.head(tenant, 'key', soon())).toBe(undefined)
    })

    holds('gives parts', async () => {
      const tenant = freshTenant()
      const content = bytesOf(200_000)
      await put(tenant, 'key', content)
      for (const [first, last] of [
        [0, 0],
        [1, 65_536],
        [65_535, 131_072],
        [199_999, 199_999],
        [0, 199_999],
      ] as const) {
        expect(await get(tenant, 'key', { first, last })).toEqual(expected(content, content.slice(first, last + 1)))
      }
    })

    holds('says where nothing is', async () => {
      const tenant = freshTenant()
      expect(await opened.objects.head(tenant, 'none', soon())).toBe(undefined)
      expect(await get(tenant, 'none')).toBe(undefined)
    })

    holds('keeps tenants apart', async () => {
      const [one, other] = [freshTenant(), freshTenant()]
      await put(one, 'key', bytesOf(5))
      expect(await get(other, 'key')).toBe(undefined)
      await opened.objects.delete(other, 'key', soon())
      expect(await get(one, 'key')).toEqual(expected(bytesOf(5)))
    })

    holds('deletes, and may be asked to twice', async () => {
      const tenant = freshTenant()
      await put(tenant, 'key', bytesOf(5))
      await put(tenant, 'key/below', bytesOf(6))
      for (let time = 1; time <= 2; time++) {
        await opened.objects.delete(tenant, 'key', soon())
        expect(await get(tenant, 'key')).toBe(undefined)
        expect(await get(tenant, 'key/below')).toEqual(expected(bytesOf(6)))
      }
    })

    holds('may be told the same twice', async () => {
      const tenant = freshTenant()
      for (let time = 1; time <= 2; time++) await put(tenant, 'key', bytesOf(5))
      expect(await get(tenant, 'key')).toEqual(expected(bytesOf(5)))
    })

    holds('gives up what is past its deadline, and keeps nothing', async () => {
      const tenant = freshTenant()
      const late = opened.objects.put(tenant, 'key', bytesOf(5), {
        contentType: PDF,
        deadline: Date.now() - 60_000,
      })
      const failure = await late.catch((error: unknown) => error)
      expect(Fault.is(failure) && failure.category).toBe('unavailable')
      expect(await opened.objects.head(tenant, 'key', soon())).toBe(undefined)
    })
    end()
  })
}
