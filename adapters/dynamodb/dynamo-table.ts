import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '#service/ports/clock.ts'
import { attributesOfItem, attributesOfKey, itemOfAttributes, keyOfAttributes } from './attribute-values.ts'
import { checkParts, conditionParts, rangeParts, updateParts } from './expressions.ts'
import { KIND_BY_NAME, kindOf } from './sdk-errors.ts'
import type {
  Action,
  BatchPage,
  Item,
  Key,
  Query,
  QueryPage,
  Table,
  TransactOutcome,
  Write,
  WriteOutcome,
} from './table.ts'
import { CHANGES_INDEX } from './table-definition.ts'
import { TableError } from './table-error.ts'
import { Turns } from './turns.ts'

export interface DynamoTableParts {
  /** With maxAttempts 1: RetryingTable knows what may be tried again, and until when. */
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly clock: Clock
}

/** A request without an answer for so long is given up, and may be tried again. */
const REQUEST_MS_MAX = 5000

/**
 * Under way at the same time, whoever asks: fewer than the SDK has connections. A request that waits here takes nothing
 * of its time to be answered in; in the SDK's own line it would, and what is given up there is asked for once more.
 */
export const REQUESTS_AT_ONCE = 32

/** A table on DynamoDB. */
export class DynamoTable implements Table {
  readonly #client: DynamoDBClient
  readonly #name: string
  readonly #clock: Clock
  readonly #turns = new Turns(REQUESTS_AT_ONCE)

  constructor({ client, tableName, clock }: DynamoTableParts) {
    this.#client = client
    this.#name = tableName
    this.#clock = clock
  }

  async get(key: Key, deadline: number): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.#name, Key: attributesOfKey(key), ConsistentRead: true })
    const { Item: found } = await this.#send(options => this.#client.send(command, options), deadline)
    return found && itemOfAttributes(found)
  }

  async batchGet(keys: readonly Key[], deadline: number): Promise<BatchPage> {
    const command = new BatchGetItemCommand({
      RequestItems: { [this.#name]: { Keys: keys.map(attributesOfKey), ConsistentRead: true } },
    })
    const output = await this.#send(options => this.#client.send(command, options), deadline)
    return {
      items: (output.Responses?.[this.#name] ?? []).map(itemOfAttributes),
      unprocessed: (output.UnprocessedKeys?.[this.#name]?.Keys ?? []).map(keyOfAttributes),
    }
  }

  async query({ index, partition, from, to, descending, limit }: Query, deadline: number): Promise<QueryPage> {
    const [partitionName, sortName] = index === 'changes' ? ['changes', 'changed'] : ['partition', 'sort']
    const command = new QueryCommand({
      TableName: this.#name,
      ...(index === 'changes' ? { IndexName: CHANGES_INDEX } : { ConsistentRead: true }),
      ...rangeParts({ partitionName, sortName, partition, from, to }),
      ScanIndexForward: !descending,
      ...(limit !== undefined && { Limit: limit }),
    })
    const output = await this.#send(options => this.#client.send(command, options), deadline)
    return { items: (output.Items ?? []).map(itemOfAttributes), more: output.LastEvaluatedKey !== undefined }
  }

  async write(write: Write, deadline: number): Promise<WriteOutcome> {
    try {
      await this.#send(options => this.#sendWrite(write, options), deadline)
      return { done: true }
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      return { done: false, found: error.Item && itemOfAttributes(error.Item) }
    }
  }

  async transact(actions: readonly Action[], token: string, deadline: number): Promise<TransactOutcome> {
    const command = new TransactWriteItemsCommand({
      TransactItems: actions.map(action => this.#action(action)),
      ClientRequestToken: token,
    })
    try {
      await this.#send(options => this.#client.send(command, options), deadline)
      return { done: true }
    } catch (error) {
      if (error instanceof TransactionCanceledException) return refusalsOf(error)
      throw error
    }
  }

  #sendWrite(write: Write, options: SendOptions): Promise<unknown> {
    const common = { TableName: this.#name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
    switch (write.kind) {
      case 'put': {
        const input = { ...common, Item: attributesOfItem(write.item), ...conditionParts(write.condition) }
        return this.#client.send(new PutItemCommand(input), options)
      }
      case 'update': {
        const input = { ...common, Key: attributesOfKey(write.key), ...updateParts(write) }
        return this.#client.send(new UpdateItemCommand(input), options)
      }
      case 'delete': {
        const input = { ...common, Key: attributesOfKey(write.key), ...conditionParts(write.condition) }
        return this.#client.send(new DeleteItemCommand(input), options)
      }
    }
  }

  #action(write: Action): TransactWriteItem {
    const common = { TableName: this.#name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
    switch (write.kind) {
      case 'put':
        return { Put: { ...common, Item: attributesOfItem(write.item), ...conditionParts(write.condition) } }
      case 'update':
        return { Update: { ...common, Key: attributesOfKey(write.key), ...updateParts(write) } }
      case 'delete':
        return { Delete: { ...common, Key: attributesOfKey(write.key), ...conditionParts(write.condition) } }
      case 'check':
        return { ConditionCheck: { ...common, Key: attributesOfKey(write.key), ...checkParts(write.condition) } }
    }
  }

  async #send<T>(send: (options: SendOptions) => Promise<T>, deadline: number): Promise<T> {
    if (!(await this.#turns.take(deadline - this.#clock.now()))) throw unsent()
    try {
      const withinMs = Math.min(REQUEST_MS_MAX, deadline - this.#clock.now())
      if (withinMs <= 0) throw unsent()
      return await send({ abortSignal: AbortSignal.timeout(withinMs) })
    } catch (error) {
      const kind = kindOf(error)
      throw kind ? new TableError(kind, error) : error
    } finally {
      this.#turns.end()
    }
  }
}

const unsent = (): TableError => new TableError('unclear', new Error('The deadline had passed before it was sent'))

interface SendOptions {
  readonly abortSignal: AbortSignal
}

/**
 * @throws TableError where nothing but load or another transaction was in the way.
 * @throws TransactionCanceledException where it would fail again.
 */
function refusalsOf(error: TransactionCanceledException): TransactOutcome {
  const reasons = error.CancellationReasons ?? []
  if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) {
    const refusals = reasons.map(({ Code, Item: found }) =>
      Code === 'ConditionalCheckFailed' ? { found: found && itemOfAttributes(found) } : undefined,
    )
    return { done: false, refusals }
  }
  const kinds = reasons.map(({ Code }) => KIND_BY_NAME[Code ?? ''])
  const kind = kinds.find(each => each === 'contended') ?? kinds.find(each => each === 'throttled')
  throw kind ? new TableError(kind, error) : error
}
