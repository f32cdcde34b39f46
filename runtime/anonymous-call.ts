import { type Call, type Caller, tenantOf } from '#service/index.ts'

const TENANT = tenantOf('default')
const CALLER: Caller = Object.freeze({ subject: 'anonymous' })

/** A call where there is one tenant and no login: whoever reaches the gateway may use it. */
export const anonymousCall = (parts: Omit<Call, 'tenant' | 'caller'>): Call => ({
  ...parts,
  tenant: TENANT,
  caller: CALLER,
})
