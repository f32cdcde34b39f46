import { rolePolicy, type ServiceOptions } from '#service/index.ts'
import type { AccessConfig } from './access-environment.ts'

/** What the service is to hold callers to, where there is a login. */
export const accessOptions = ({
  roles,
  resourceTypes,
  login,
}: AccessConfig): Pick<ServiceOptions, 'policy' | 'resourceTypes'> => ({
  ...(login && { policy: rolePolicy(roles) }),
  ...(resourceTypes && { resourceTypes }),
})
