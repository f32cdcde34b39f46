import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import type { JobStore } from '../ports/job-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'

export interface JobPorts {
  readonly jobs: JobStore
  readonly objects: ObjectStore
}

/** @throws Fault unsupported where nothing can be done after the answer. */
export function jobPorts({ ports: { jobs, objects } }: ServiceContext): JobPorts {
  if (jobs && objects) return { jobs, objects }
  throw fault('unsupported', 'This server does nothing after its answer: leave Prefer: respond-async out')
}
