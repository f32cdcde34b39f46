import { describe, expect, test } from 'vitest'
import { memoryObjects } from '#test/support/memory-objects.ts'
import { faultOf, oneFault, testWorld } from '#test/support/test-world.ts'
import { ALLOW_ALL } from '../access/policy.ts'
import type { Revealed } from '../fhir-service.ts'
import type { JsonObject } from '../resource/content.ts'
import { decodeUtf8 } from '../resource/json.ts'
import { gathered } from './byte-stream.ts'

const LARGE = new TextEncoder().encode('abcdefghij'.repeat(5_000))

/** A store with a door of its own, as S3 has. */
function withDoor() {
  const objects = memoryObjects()
  const world = testWorld({
    wrap: ports => ({
      ...ports,
      objects: {
        ...objects,
        presign: async (_tenant, key, { method, contentType, seconds }) =>
          `https://objects.example/${key}?${method}&${contentType}&${seconds}`,
      },
    }),
  })
  return { ...world, objects }
}

const extensionsOf = (version: Revealed): readonly JsonObject[] =>
  ((version.content()._data as JsonObject | undefined)?.extension ?? []) as JsonObject[]

describe('where the store has a door of its own', () => {
  test('a Binary without bytes says where to put them, and has them afterwards', async () => {
    const { service, call, objects } = withDoor()
    const content = { resourceType: 'Binary', id: 'b', contentType: 'text/plain' }
    const { version } = await service.update(call, { type: 'Binary', id: 'b', content })
    expect(extensionsOf(version).map(({ url, valueUrl }) => [url, valueUrl])).toEqual([
      ['urn:fhir-gateway:binary-object', undefined],
      ['urn:fhir-gateway:presigned-put-url', 'https://objects.example/binary/b/nonce-1?PUT&text/plain&300'],
    ])
    expect(await faultOf(service.readBinary(call, { id: 'b' }))).toEqual(
      oneFault('not-found', 'not-found', 'Binary/b has no content yet'),
    )
    await objects.put(call.tenant, 'binary/b/nonce-1', LARGE, { contentType: 'text/plain', deadline: call.deadline })
    const read = await service.readBinary(call, { id: 'b' })
    expect(read.kind === 'found' && (await gathered(await read.get(undefined)))).toEqual(Buffer.from(LARGE))
    const stored = await service.read(call, { type: 'Binary', id: 'b' })
    expect(stored.kind === 'found' && (stored.version as Revealed).content().data).toBe(
      Buffer.from(LARGE).toString('base64'),
    )
  })

  test('many bytes are given by a URL', async () => {
    const { service, call } = withDoor()
    const bytes = new Uint8Array(5 * 1024 * 1024)
    await service.writeBinary(call, { id: 'b', contentType: 'text/plain', bytes })
    const url = 'https://objects.example/binary/b/nonce-1?GET&text/plain&300'
    const read = await service.readBinary(call, { id: 'b' })
    expect(read.kind === 'found' && [read.bytes, read.url]).toEqual([bytes.byteLength, url])
    const resource = await service.read(call, { type: 'Binary', id: 'b' })
    expect(resource.kind === 'found' && extensionsOf(resource.version).at(-1)).toEqual({
      url: 'urn:fhir-gateway:presigned-get-url',
      valueUrl: url,
    })
  })
})

test('bytes of a write that was refused are taken away', async () => {
  const objects = memoryObjects()
  const policy = { ...ALLOW_ALL, visible: () => ({ kind: 'nothing' }) as const }
  const { service, call } = testWorld({ policy, wrap: ports => ({ ...ports, objects }) })
  const { category } = await faultOf(service.writeBinary(call, { contentType: 'text/plain', bytes: LARGE }))
  expect([category, objects.keys()]).toEqual(['forbidden', []])
})

test('without an object store all bytes stay in the version', async () => {
  const { service, call } = testWorld({
    wrap: ({ objects: _objects, ...ports }) => ports,
  })
  await service.writeBinary(call, { id: 'b', contentType: 'text/plain', bytes: LARGE })
  const read = await service.readBinary(call, { id: 'b' })
  expect(read.kind === 'found' && decodeUtf8(await gathered(await read.get({ first: 10, last: 12 })))).toBe('abc')
})
