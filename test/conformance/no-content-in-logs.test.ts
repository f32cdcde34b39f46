import { startWorld } from '#runtime/local/world.ts'
import { noContentInLogsSuite } from './no-content-in-logs.suite.ts'

noContentInLogsSuite(() => startWorld({ config: { logLevel: 'debug' } }))
