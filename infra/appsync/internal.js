import { util } from '@aws-appsync/utils'

/** Of the gateway itself: whoever logs in may not call it. */
export function request() {
  util.unauthorized()
}

export function response() {
  return null
}
