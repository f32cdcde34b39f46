import { describe } from 'vitest'
import { openRestWorld } from '#test/support/rest-world.ts'
import { relevanceSuite } from './relevance.suite.ts'

describe('embedded', () => relevanceSuite(openRestWorld))
