/** How far the index has come with a search parameter that the tenant has stored. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { fault } from '../fault.ts'
import { read } from '../interactions/read.ts'
import type { JsonObject } from '../resource/content.ts'
import { memoOf, readReindex, unindexed } from '../search/own-parameters/reindex-job.ts'
import type { Operation, OperationAnswer, OperationInvocation, OperationParameter } from './operation.ts'

const out = (name: string, type: string, documentation: string): OperationParameter => ({
  ...{ name, use: 'out', min: 0, max: 1, type, documentation },
})

export const REINDEX_STATUS: Operation = {
  name: 'reindex-status',
  id: 'SearchParameter-reindex-status',
  title: 'How far a search parameter is indexed',
  description:
    'Of a SearchParameter that was stored here: whether searches by it find everything that was stored before it.',
  levels: ['instance'],
  types: ['SearchParameter'],
  affectsState: false,
  parameters: [
    out('status', 'code', 'no-effect, waiting, indexing, or indexed: then searches by it find everything'),
    out('resources', 'integer', 'While it is indexing: how many resources have been looked at'),
  ],
  load: async () => reindexStatus,
}

async function reindexStatus(
  context: ServiceContext,
  call: Call,
  { id = '' }: OperationInvocation,
): Promise<OperationAnswer> {
  const { version } = await read(context, call, { type: 'SearchParameter', id })
  const { own } = context.definitions.for(call.tenant)
  if (!own) throw fault('unsupported', 'Over this store SearchParameters are kept and have no effect')
  const parameter = own.parameters.find(one => one.id === id && one.versionId === version.versionId)
  if (!parameter) return answer('no-effect')
  const [missing] = await unindexed(context, call, [parameter])
  if (!missing) return answer('indexed')
  const job = await readReindex(context, call.tenant, call.deadline)
  const memo = job && memoOf(job)
  if (!memo || memo.wanted.length === 0) return answer('waiting')
  return answer('indexing', { name: 'resources', valueInteger: memo.count })
}

const answer = (status: string, ...others: readonly JsonObject[]): OperationAnswer => ({
  kind: 'parameters',
  parameters: [{ name: 'status', valueCode: status }, ...others],
})
