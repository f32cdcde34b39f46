/** Requests in words, for the way to something broken. */
import type { Action } from '#adapters/dynamodb/table.ts'
import { textOf } from './interned.ts'
import type { Request } from './requests.ts'

export function labelOf(request: Request): string {
  switch (request.kind) {
    case 'get':
      return `gets ${request.key.partition} ${request.key.sort}`
    case 'batchGet':
      return `gets ${request.keys.length} items`
    case 'query':
      return `queries ${request.query.partition}`
    case 'write':
      return labelOfWrite(request.write)
    case 'transact':
      return request.writes.map(labelOfWrite).join(' and ')
    case 'until':
      return `sees: ${request.event}`
    case 'choose':
      return 'chooses'
    case 'newest':
      return `begins to read ${request.resource}`
    case 'creator':
      return 'begins to read the claim'
  }
}

function labelOfWrite(write: Action): string {
  const { partition, sort } = write.kind === 'put' ? write.item : write.key
  const condition = write.kind === 'delete' || !write.condition ? '' : ` if ${textOf(write.condition)}`
  const change = write.kind === 'update' ? ` with ${textOf(write.set)} without ${textOf(write.remove)}` : ''
  return `${write.kind}s ${partition} ${sort}${change}${condition}`
}
