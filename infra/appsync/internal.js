import { util } from '@aws-appsync/utils'

/** Of the gateway itself, which signs as a role of the account: whoever logs in may not call it. */
export function request(ctx) {
  if (!ctx.identity?.userArn) util.unauthorized()
  return { payload: ctx.args }
}

/** What subscribers are told. */
export function response(ctx) {
  return ctx.result
}
