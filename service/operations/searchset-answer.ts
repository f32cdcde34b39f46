import type { Call } from '../call.ts'
import type { Parameters, SearchResult } from '../fhir-service.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import { encodeSearchset } from '../searchset.ts'
import type { OperationAnswer, OperationInvocation } from './operation.ts'

/**
 * A searchset of an operation. Its links ask for the operation again, with what it was asked for.
 * @param asked parameters of the operation for the links, without the page.
 */
export function searchsetAnswer(
  call: Call,
  { path }: Pick<OperationInvocation, 'path'>,
  asked: Parameters,
  result: SearchResult,
): OperationAnswer {
  const linked = (its: Parameters | undefined) =>
    its && [...asked, ...its.filter(([name]) => name === CURSOR_PARAMETER)]
  const { self, first, previous, next, last } = result
  const pages = {
    self: linked(self) ?? asked,
    first: linked(first),
    previous: linked(previous),
    next: linked(next),
    last: linked(last),
  }
  return { kind: 'resource', body: encodeSearchset({ ...result, ...pages }, { baseUrl: call.baseUrl, path }) }
}
