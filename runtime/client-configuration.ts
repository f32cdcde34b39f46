import type { AwsEndpoint } from './aws-environment.ts'

/** For clients of the SDK. */
export const clientConfiguration = ({ region, local }: AwsEndpoint) => ({
  region,
  ...(local && { endpoint: local.endpoint, credentials: local }),
})
