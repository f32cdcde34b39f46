import { rolePolicy, type ServiceOptions } from '#service/index.ts'
import type { AccessConfig } from './access-environment.ts'

/** What the service is to hold callers to, and what it offers; to their roles where there is a login. */
export const accessOptions = ({
  roles,
  resourceTypes,
  hardDelete,
  login,
}: AccessConfig): Pick<ServiceOptions, 'policy' | 'resourceTypes' | 'hardDelete'> => ({
  ...(login && { policy: rolePolicy(roles) }),
  ...(resourceTypes && { resourceTypes }),
  ...(hardDelete && { hardDelete: 'offered' }),
})
