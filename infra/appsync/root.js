import { util } from '@aws-appsync/utils'

/** A field of Query or Mutation: the function resolves it with all that is selected below it. */
export function request(ctx) {
  return {
    operation: 'Invoke',
    payload: {
      arguments: ctx.args,
      source: null,
      identity: ctx.identity,
      request: preferenceOf(ctx),
      info: infoOf(ctx),
    },
  }
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type)
  const { data, error } = ctx.result
  if (error) util.error(error.message, error.errorType, null, error.errorInfo)
  return data
}

/** Of the client's headers, what the function answers by. */
function preferenceOf(ctx) {
  return { headers: { prefer: ctx.request.headers.prefer } }
}

function infoOf(ctx) {
  const { fieldName, parentTypeName, variables, selectionSetGraphQL } = ctx.info
  return { fieldName, parentTypeName, variables, selectionSetGraphQL }
}
