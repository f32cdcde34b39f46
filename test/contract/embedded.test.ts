import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded, type PrimaryEngine } from '#adapters/embedded/index.ts'
import { changeFeedSuite, type FeedUnderTest } from './change-feed.suite.ts'
import { jobStoreSuite } from './job-store.suite.ts'
import { objectStoreSuite } from './object-store.suite.ts'
import { parameterStoreSuite } from './parameter-store.suite.ts'
import { resourceStoreSuite } from './resource-store.suite.ts'
import { searchIndexSuite } from './search-index.suite.ts'

const freshFolder = () => mkdtempSync(join(tmpdir(), 'embedded-contract-'))

const open = async (): Promise<PrimaryEngine> => removing(freshFolder())

async function removing(folder: string): Promise<PrimaryEngine> {
  const engine = await openEmbedded({ role: 'primary', folder })
  return {
    ...engine,
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function openFeed(folder: string): Promise<FeedUnderTest> {
  const engine = await openEmbedded({ role: 'primary', folder })
  return {
    ...engine,
    async reopen() {
      await engine.close()
      return openFeed(folder)
    },
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true })
    },
  }
}

resourceStoreSuite('embedded', open)
parameterStoreSuite('embedded', open)
searchIndexSuite('embedded', async () => ({ ...(await open()), settle: async () => undefined }))
changeFeedSuite('embedded', () => openFeed(freshFolder()))
objectStoreSuite('embedded', open)
jobStoreSuite('embedded', async () => {
  const engine = await open()
  return { jobs: engine.jobs, queue: engine.jobs, close: engine.close }
})
