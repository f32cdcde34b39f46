import { extensions, util } from '@aws-appsync/utils'

/** Live updates: the function says which changes the caller is told of, and AppSync applies that to each. */
export function request(ctx) {
  const { fieldName, parentTypeName, variables, selectionSetGraphQL } = ctx.info
  const info = { fieldName, parentTypeName, variables, selectionSetGraphQL }
  return { operation: 'Invoke', payload: { arguments: ctx.args, source: null, identity: ctx.identity, info } }
}

/** Of a filter on the server AppSync takes no notice of the arguments any more. */
export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type)
  const { data, error } = ctx.result
  if (error) util.error(error.message, error.errorType, null, error.errorInfo)
  extensions.setSubscriptionFilter(util.transform.toSubscriptionFilter(data))
  return null
}
