import { runtime, util } from '@aws-appsync/utils'

/** A reference's resource, or a reverse list: what the root's function has fetched for it, else one of a batch. */
export function request(ctx) {
  const prefetched = ctx.source[prefetchKey(ctx.info.fieldName, ctx.args)]
  if (prefetched) {
    if (prefetched.error) fail(prefetched.error)
    runtime.earlyReturn(prefetched.data)
  }
  const { fieldName, parentTypeName, variables, selectionSetGraphQL } = ctx.info
  const info = { fieldName, parentTypeName, variables, selectionSetGraphQL }
  const asked = { headers: { prefer: ctx.request.headers.prefer } }
  return {
    operation: 'BatchInvoke',
    payload: { arguments: ctx.args, source: sourceOf(ctx.source), identity: ctx.identity, request: asked, info },
  }
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type)
  if (ctx.result.error) fail(ctx.result.error)
  return ctx.result.data
}

function fail(error) {
  util.error(error.message, error.errorType, null, error.errorInfo)
}

/**
 * What a reference or a reverse list is found by, as service/graphql/execution/plain-copy.ts marks it: a batch of whole
 * resources would not fit into an invocation.
 */
function sourceOf(source) {
  const { id, reference, __embedded, __contained } = source
  return { id, reference, __embedded, __contained }
}

/** As service/graphql/plan/prefetch-key.ts writes it; a test compares. */
function prefetchKey(field, args) {
  const given = {}
  const names = Object.keys(args).filter(name => args[name] !== null && args[name] !== undefined)
  if (names.length === 0) return `${field}()`
  names.sort()
  names.forEach(name => {
    const items = Array.isArray(args[name]) ? args[name] : [args[name]]
    given[name] = items.filter(item => item !== null).map(item => `${item}`)
  })
  return `${field}(${JSON.stringify(given)})`
}
