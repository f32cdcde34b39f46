import { expect, test } from 'vitest'
import { memoryObjects } from '#test/support/memory-objects.ts'
import { testWorld } from '#test/support/test-world.ts'
import type { Revealed } from '../fhir-service.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { asksForAttachmentUrls } from './attachment-urls.ts'

const COUNT = 30

/** As S3 is: with a door of its own, whose URLs it knows again. */
function storeWithDoor(): ObjectStore {
  return {
    ...memoryObjects(),
    presign: async (tenant, key, { contentType, disposition }) =>
      `https://objects.example/${tenant}/${key}?${contentType}&${disposition ?? 'inline'}`,
    recognize: async (tenant, url) => new RegExp(`^https://objects.example/${tenant}/([^?]+)`).exec(url)?.[1],
  }
}

function world() {
  const calls = { readNewest: 0, readVersion: 0 }
  const made = testWorld({
    binaries: { attachmentUrls: 'on-request' },
    wrap: ports => ({
      ...ports,
      objects: storeWithDoor(),
      store: {
        ...ports.store,
        readNewest: (...parts) => {
          calls.readNewest += 1
          return ports.store.readNewest(...parts)
        },
        readVersion: (...parts) => {
          calls.readVersion += 1
          return ports.store.readVersion(...parts)
        },
      },
    }),
  })
  return { ...made, calls }
}

const media = (id: string, url: string) => ({ resourceType: 'Media', id, status: 'completed', content: { url } })

const urlOf = (version: Revealed | undefined) => (version?.content().content as { url?: string } | undefined)?.url

test('the Binaries of a page are looked up together', async () => {
  const { service, call, calls } = world()
  for (let index = 0; index < COUNT; index++) {
    const bytes = new Uint8Array(10)
    await service.writeBinary(call, { id: `b${index}`, contentType: index === 0 ? 'text/html' : 'image/png', bytes })
    const content = media(`m${index}`, index % 2 ? `Binary/b${index}` : `Binary/b${index}/_history/1`)
    await service.update(call, { type: 'Media', id: `m${index}`, content })
  }
  const asking = { ...call, attachments: 'presigned' } as const
  const search = { type: 'Media', parameters: [['_count', '100']] } as const
  const before = { ...calls }
  await service.search(call, search)
  const plain = calls.readNewest - before.readNewest
  const page = await service.search(asking, search)
  expect(page.matches).toHaveLength(COUNT)
  expect(page.matches.every(match => /^https:\/\/objects\.example\/.*#Binary\/b\d+/.test(urlOf(match) ?? ''))).toBe(
    true,
  )
  expect([calls.readNewest - before.readNewest, calls.readVersion - before.readVersion]).toEqual([2 * plain + 1, 0])
  const html = page.matches.find(({ id }) => id === 'm0')
  expect(urlOf(html)).toMatch(/\?text\/html&attachment#Binary\/b0\/_history\/1$/)
})

test('URLs of the object store are known again when they are written', async () => {
  const { service, call } = world()
  await service.writeBinary(call, { id: 'b', contentType: 'image/png', bytes: new Uint8Array(10) })
  await service.update(call, { type: 'Media', id: 'm', content: media('m', `${call.baseUrl}/Binary/b`) })
  const read = await service.read({ ...call, attachments: 'presigned' }, { type: 'Media', id: 'm' })
  const given = read.kind === 'found' ? urlOf(read.version) : undefined
  expect(given).toMatch(/^https:\/\/objects\.example\//)
  for (const [url, stored] of [
    [given ?? '', `${call.baseUrl}/Binary/b`],
    [given?.replace(/#.*/, '') ?? '', 'Binary/b'],
    [given?.replace(/[?#].*/, '') ?? '', 'Binary/b'],
    ['https://other.example/default/binary/b/nonce', 'https://other.example/default/binary/b/nonce'],
    ['Binary/other', 'Binary/other'],
  ] as const) {
    const { version } = await service.update(call, { type: 'Media', id: 'm', content: media('m', url) })
    expect([url, urlOf(version)]).toEqual([url, stored])
  }
})

test('a Binary that waits for its bytes has a URL already, one that has them in itself has none', async () => {
  const { service, call } = world()
  await service.update(call, {
    ...{ type: 'Binary', id: 'b' },
    content: { resourceType: 'Binary', id: 'b', contentType: 'image/png' },
  })
  await service.bundle(call, {
    content: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: { resourceType: 'Binary', id: 'none', contentType: 'image/png' },
          request: { method: 'PUT', url: 'Binary/none' },
        },
      ],
    },
  })
  const asking = { ...call, attachments: 'presigned' } as const
  for (const [id, expected] of [
    ['b', /^https:/],
    ['none', /^Binary\/none$/],
  ] as const) {
    await service.update(call, { type: 'Media', id: 'm', content: media('m', `Binary/${id}`) })
    const read = await service.read(asking, { type: 'Media', id: 'm' })
    expect(read.kind === 'found' && urlOf(read.version)).toMatch(expected)
  }
})

test.each([
  ['attachment-urls=presigned', true],
  ['return=minimal, Attachment-URLs = "presigned"', true],
  ['handling=strict; attachment-urls=presigned', true],
  ['attachment-urls=stored', false],
  ['x-attachment-urls=presigned', false],
  ['attachment-urls=presigned2', false],
  [undefined, false],
])('Prefer: %s', (prefer, asks) => {
  expect(asksForAttachmentUrls(prefer)).toBe(asks)
})
