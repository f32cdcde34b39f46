import { runtime, util } from '@aws-appsync/utils'

/** What the arguments leave of a list of elements, `name(use: "official")`: service/graphql/plan/list-narrowing.ts. */
export function request(ctx) {
  const { args, source, info } = ctx
  const offset = natural('_offset', args._offset, 0)
  const list = source[info.fieldName]
  if (!list) runtime.earlyReturn(null)
  const count = natural('_count', args._count, list.length)
  const names = Object.keys(args).filter(name => isFilter(name, args[name]))
  const kept = list.filter(element => names.every(name => isText(element[name], args[name])))
  runtime.earlyReturn(kept.slice(offset, offset + count))
}

export function response(ctx) {
  return ctx.result
}

function isFilter(name, value) {
  return name !== '_offset' && name !== '_count' && value !== null && value !== undefined
}

function isText(value, text) {
  return value !== null && value !== undefined && `${value}` === text
}

function natural(name, value, otherwise) {
  if (value === null || value === undefined) return otherwise
  if (value < 0) refuse(`The argument "${name}" must be 0 or more`, name)
  return value
}

function refuse(diagnostics, name) {
  const issue = { severity: 'error', code: 'value', diagnostics, expression: [name] }
  const resource = { resourceType: 'OperationOutcome', issue: [issue] }
  util.error(diagnostics, 'BadRequest', null, { category: 'invalid', resource })
}
