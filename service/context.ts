/** What every interaction works with; made once by createFhirService. */
import type { AccessPolicy } from './access/policy.ts'
import type { DefinitionsProvider } from './definitions.ts'
import type { Limits } from './limits.ts'
import type { OperationRegistry } from './operations/registry.ts'
import type { Ports } from './ports/ports.ts'

export interface ServiceContext {
  readonly ports: Ports
  readonly policy: AccessPolicy
  readonly definitions: DefinitionsProvider
  readonly limits: Limits
  readonly operationRegistry: OperationRegistry
}
