/** The suites of the clients that people use, over real engines. */
import { describe } from 'vitest'
import { apolloClientSuite } from '#test/conformance/apollo-client.suite.ts'
import { fhirKitClientSuite } from '#test/conformance/fhir-kit-client.suite.ts'
import { startEngineWorld } from '#test/support/engine-world.ts'

const open = () => startEngineWorld({ searches: 'settled' })

describe('fhir-kit-client', () => fhirKitClientSuite(open))

apolloClientSuite(open)
