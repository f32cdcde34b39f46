import type { GraphQLError } from 'graphql'

/** An entry of `errors` as AppSync writes it. */
export interface AppSyncError {
  readonly path: readonly (string | number)[] | null
  readonly data: null
  readonly errorType: string | null
  readonly errorInfo: unknown
  readonly locations: readonly { readonly line: number; readonly column: number; readonly sourceName: null }[] | null
  readonly message: string
}

export function errorOfGraphql(error: GraphQLError, errorType: string | null = null): AppSyncError {
  const { message, path, locations, extensions } = error
  return {
    path: path ?? null,
    data: null,
    errorType: typeof extensions.errorType === 'string' ? extensions.errorType : errorType,
    errorInfo: extensions.errorInfo ?? null,
    locations: locations?.map(({ line, column }) => ({ line, column, sourceName: null })) ?? null,
    message,
  }
}

/** An error of the request as a whole. */
export const requestError = (errorType: string, message: string): AppSyncError => ({
  path: null,
  data: null,
  errorType,
  errorInfo: null,
  locations: null,
  message,
})
