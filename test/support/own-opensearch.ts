/** A node that a test has for itself, to end it and start it again with all its data. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOpenSearch } from '../engines/opensearch.ts'
import { ENGINE_CACHE } from '../engines/start-engines.ts'

export interface OwnOpenSearch {
  readonly endpoint: string
  /** Resolves when its process has ended. */
  end(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

export async function ownOpenSearch(): Promise<OwnOpenSearch> {
  const folders = { cache: ENGINE_CACHE, run: mkdtempSync(join(tmpdir(), 'fhir-gateway-opensearch-')) }
  let started = await startOpenSearch(folders)
  const { endpoint } = started.address
  return {
    endpoint,
    end: () => started.engine.stop(),
    async restart() {
      started = await startOpenSearch(folders, Number(new URL(endpoint).port))
    },
    async close() {
      await started.engine.stop()
      rmSync(folders.run, { recursive: true, force: true })
    },
  }
}
