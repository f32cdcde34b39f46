/** The code that AppSync runs around the Lambda function, run here: infra/appsync, over AppSync's utilities. */
import { readFileSync } from 'node:fs'
import { GraphQLError } from 'graphql'

/** What a file of infra/appsync exports. */
export interface ResolverCode {
  request(context: object): unknown
  response(context: object): unknown
}

export type ResolverKind = 'root' | 'nested' | 'filter' | 'internal' | 'subscription'

const CODE = new URL('../../../infra/appsync/', import.meta.url)

/** What resolvers of subscriptions have beside the utilities. */
export interface Extensions {
  setSubscriptionFilter(filter: unknown): void
}

/** Its modules import nothing but the utilities, which only AppSync has. */
export function loadResolverCode(kind: ResolverKind, extensions?: Extensions): ResolverCode {
  const source = readFileSync(new URL(`${kind}.js`, CODE), 'utf8')
  const script = source.replace(/^import .*$/m, '').replaceAll('export function', 'function')
  const load = new Function('util', 'runtime', 'extensions', `'use strict';${script}\nreturn { request, response }`)
  return load(util, runtime, extensions) as ResolverCode
}

/** `runtime.earlyReturn`, which ends the request function: thrown, for nothing else leaves a function from within. */
export class EarlyReturn {
  readonly data: unknown

  constructor(data: unknown) {
    this.data = data
  }
}

const runtime = {
  earlyReturn(data: unknown): never {
    throw new EarlyReturn(data)
  },
}

const util = {
  error(message: string, errorType: string | null = null, _data: unknown = null, errorInfo: unknown = null): never {
    throw new GraphQLError(message, { extensions: { errorType, errorInfo } })
  },
  unauthorized(): never {
    throw new Unauthorized()
  },
  transform: {
    toSubscriptionFilter: (filter: unknown): unknown => filter,
  },
}

/** Told with the field that it is about. */
export class Unauthorized extends Error {}
