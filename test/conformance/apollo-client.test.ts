import { startWorld } from '#runtime/local/world.ts'
import { apolloClientSuite } from './apollo-client.suite.ts'

apolloClientSuite(startWorld)
