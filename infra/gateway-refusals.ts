import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

/** FHIR issue codes of what API Gateway refuses before the function hears of it. */
const REFUSALS: readonly (readonly [ResponseType, string])[] = [
  [ResponseType.UNAUTHORIZED, 'login'],
  [ResponseType.EXPIRED_TOKEN, 'expired'],
  [ResponseType.ACCESS_DENIED, 'forbidden'],
  [ResponseType.INVALID_API_KEY, 'login'],
  [ResponseType.MISSING_AUTHENTICATION_TOKEN, 'not-found'],
  [ResponseType.THROTTLED, 'throttled'],
  [ResponseType.QUOTA_EXCEEDED, 'throttled'],
  [ResponseType.REQUEST_TOO_LARGE, 'too-long'],
  [ResponseType.INTEGRATION_TIMEOUT, 'timeout'],
  [ResponseType.DEFAULT_4XX, 'invalid'],
  [ResponseType.DEFAULT_5XX, 'transient'],
]

/** Refusals as OperationOutcomes, which scripts of the origins that may read answers can read too. */
export function addGatewayRefusals(api: RestApi, corsOrigins: readonly string[]): void {
  // API Gateway knows no list here: with several origins scripts see only that there was no answer.
  const [origin] = corsOrigins.length === 1 ? corsOrigins : []
  for (const [type, code] of REFUSALS) {
    const issue = `{"severity":"error","code":"${code}","diagnostics":$context.error.messageString}`
    api.addGatewayResponse(`Refusal${type.responseType}`, {
      type,
      ...(origin && { responseHeaders: { 'Access-Control-Allow-Origin': `'${origin}'` } }),
      templates: { 'application/json': `{"resourceType":"OperationOutcome","issue":[${issue}]}` },
    })
  }
}
