import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { FileObjectStore, prepareObjects } from '#adapters/embedded/file-object-store.ts'
import { binaryUrlsSuite } from './binary-urls.suite.ts'

const folder = await mkdtemp(join(tmpdir(), 'fhir-gateway-objects-'))

afterAll(() => rm(folder, { recursive: true }))

binaryUrlsSuite('by addresses of the gateway', async () => {
  prepareObjects(folder)
  return new FileObjectStore(folder, { now: () => Date.now() })
})
