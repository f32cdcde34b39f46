import { type Call, type Caller, tenantOf } from '#service/call.ts'
import type { Logger } from '#service/ports/logger.ts'
import { TEST_TIME } from './memory-ports.ts'

const ignore = (): void => undefined

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export const TEST_TENANT = tenantOf('test')
export const TEST_BASE_URL = 'http://localhost:8080/fhir'

/** A call of the REST door for subject `tester` with an hour's time, but for what the test says otherwise. */
export const testCall = (changes: Partial<Call> = {}): Call => ({
  requestId: 'request-1',
  tenant: TEST_TENANT,
  caller: { subject: 'tester' },
  door: 'rest',
  baseUrl: TEST_BASE_URL,
  deadline: TEST_TIME + 3_600_000,
  logger: silentLogger,
  ...changes,
})

export const testCallOf = (caller: Caller): Call => testCall({ caller })
