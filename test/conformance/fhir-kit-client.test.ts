import { startWorld } from '#runtime/local/world.ts'
import { fhirKitClientSuite } from './fhir-kit-client.suite.ts'

fhirKitClientSuite(startWorld)
