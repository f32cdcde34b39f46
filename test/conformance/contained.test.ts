import { describe } from 'vitest'
import { openRestWorld } from '#test/support/rest-world.ts'
import { containedSuite } from './contained.suite.ts'

describe('embedded', () => containedSuite(openRestWorld))
