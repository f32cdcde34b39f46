/** The ports that unit tests run on are held to the same contract. */
import { memoryJobs } from '#test/support/memory-jobs.ts'
import { memoryObjects } from '#test/support/memory-objects.ts'
import { memoryPorts } from '#test/support/memory-ports.ts'
import { jobStoreSuite } from './job-store.suite.ts'
import { objectStoreSuite } from './object-store.suite.ts'
import { resourceStoreSuite } from './resource-store.suite.ts'
import { searchIndexSuite } from './search-index.suite.ts'

const TIMELESS = 'plain maps have no deadlines'

const open = async () => ({ ...memoryPorts(), settle: async () => undefined, close: async () => undefined })

resourceStoreSuite('memory', open, { 'gives up what is past its deadline, and writes nothing': TIMELESS })
searchIndexSuite('memory', open, { 'refuses a search whose time is over as too costly': TIMELESS })
objectStoreSuite('memory', async () => ({ objects: memoryObjects(), close: async () => undefined }), {
  'gives up what is past its deadline, and keeps nothing': TIMELESS,
})

jobStoreSuite('memory', async () => {
  const jobs = memoryJobs({ now: () => Date.now() })
  return { jobs, queue: jobs, close: async () => undefined }
})
