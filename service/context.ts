/** What every interaction works with; made once by createFhirService. */
import type { AccessPolicy } from './access/policy.ts'
import type { BinaryRules } from './binary/binary-rules.ts'
import type { DefinitionsProvider } from './definitions.ts'
import type { Once } from './interactions/once.ts'
import type { JobLease } from './jobs/job-lease.ts'
import type { Limits } from './limits.ts'
import type { OperationRegistry } from './operations/registry.ts'
import type { Ports } from './ports/ports.ts'
import type { WriteRules } from './write-rules.ts'

export interface ServiceContext {
  readonly ports: Ports
  readonly policy: AccessPolicy
  readonly definitions: DefinitionsProvider
  readonly limits: Limits
  readonly rules: WriteRules
  readonly binaries: BinaryRules
  readonly operationRegistry: OperationRegistry
  /** Set while a request runs that must have its effect once: its commit says so. */
  readonly once?: Once
  /** Set while a job runs: it is asked before each entry of a batch, and before each commit. */
  readonly job?: Pick<JobLease, 'assertHeld' | 'tell'>
}
