import type { Tenant } from '../call.ts'

/**
 * Which changes a subscriber gets: those that agree with all that is given. No more than a filter of AppSync can hold,
 * where it is applied before anything leaves the server.
 */
export interface ChangeFilter {
  readonly tenant: Tenant
  readonly resourceType?: string
  readonly id?: string
  /** In one of these at least: `Patient/1`. Never empty, and no more than COMPARTMENTS_MAX. */
  readonly compartments?: readonly string[]
}

/** Of AppSync's containsAny. */
export const COMPARTMENTS_MAX = 20
