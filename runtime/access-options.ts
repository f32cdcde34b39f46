import { createDefinitions, rolePolicy, type ServiceOptions, tenantOf } from '#service/index.ts'
import type { AccessConfig } from './access-environment.ts'
import { ENV } from './env-names.ts'
import { ConfigurationError } from './environment-reader.ts'

/**
 * What the service is to hold callers to, and what it offers; to their roles where there is a login.
 * @throws ConfigurationError where a type that is to be served is none of R4
 */
export function accessOptions({
  roles,
  resourceTypes,
  hardDelete,
  rules,
  binaries,
  login,
}: AccessConfig): Pick<ServiceOptions, 'policy' | 'resourceTypes' | 'hardDelete' | 'rules' | 'binaries'> {
  if (resourceTypes) assertTypes(resourceTypes)
  return {
    rules,
    binaries,
    ...(login && { policy: rolePolicy(roles) }),
    ...(resourceTypes && { resourceTypes }),
    ...(hardDelete && { hardDelete: 'offered' }),
  }
}

function assertTypes(types: readonly string[]): void {
  const definitions = createDefinitions().for(tenantOf('default'))
  const unknown = types.filter(type => !definitions.isResourceType(type))
  if (unknown.length > 0)
    throw new ConfigurationError([`${ENV.resourceTypes} names what is no resource type of R4: ${unknown.join(', ')}.`])
}
