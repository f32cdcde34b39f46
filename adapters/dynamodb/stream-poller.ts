/**
 * Reads a table's stream as Lambda's event source mapping does, for a gateway on one machine: batches in order, from
 * the oldest record on, and again from the one that the handler says.
 */
import type { AttributeValue, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'

export interface StreamPollerParts {
  readonly configuration: DynamoDBClientConfig
  readonly tableName: string
  /** Gives the sequence number to go on from; undefined: all is done. */
  handle(event: LambdaStreamEvent): Promise<string | undefined>
  /** Between two looks at a stream without news, and before what failed comes again. */
  wait(milliseconds: number): Promise<void>
  onError(error: unknown): void
}

export interface LambdaStreamEvent {
  readonly Records: readonly object[]
}

interface Shard {
  readonly id: string
  iterator: string | undefined
  /** Where to go on when the iterator is gone. */
  done: string | undefined
}

const BATCH_RECORDS = 500
const IDLE_MS = 40
const RETRY_MS = 500
/** New shards are rare. */
const ROUNDS_A_DESCRIPTION = 100

export class StreamPoller {
  readonly #parts: StreamPollerParts
  readonly #client: DynamoDBStreamsClient
  readonly #shards = new Map<string, Shard>()
  #arn = ''
  #isRunning = true
  #rounds = 0
  /** Rounds that found nothing and have nothing to do again, in a row. */
  #quiet = 0
  readonly #ended: Promise<void>

  constructor(parts: StreamPollerParts) {
    this.#parts = parts
    this.#client = new DynamoDBStreamsClient({
      ...(parts.configuration as ConstructorParameters<typeof DynamoDBStreamsClient>[0]),
    })
    this.#ended = this.#run()
  }

  /** Resolves when everything that was written before has been handled. */
  async settled(): Promise<void> {
    this.#quiet = 0
    // The round under way may have looked too early.
    while (this.#isRunning && this.#quiet < 2) await this.#parts.wait(IDLE_MS / 4)
  }

  async close(): Promise<void> {
    this.#isRunning = false
    await this.#ended
    this.#client.destroy()
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      try {
        if (this.#rounds++ % ROUNDS_A_DESCRIPTION === 0) await this.#describe()
        const outcomes: Outcome[] = []
        for (const shard of this.#shards.values()) outcomes.push(await this.#poll(shard))
        const isQuiet = outcomes.every(outcome => outcome === 'nothing')
        this.#quiet = isQuiet ? this.#quiet + 1 : 0
        if (outcomes.includes('again')) await this.#parts.wait(RETRY_MS)
        else if (isQuiet) await this.#parts.wait(IDLE_MS)
      } catch (error) {
        if (!this.#isRunning) return
        this.#parts.onError(error)
        await this.#parts.wait(RETRY_MS)
      }
    }
  }

  async #describe(): Promise<void> {
    if (this.#arn === '') this.#arn = await this.#streamOf()
    const { StreamDescription } = await this.#client.send(new DescribeStreamCommand({ StreamArn: this.#arn }))
    for (const { ShardId: id } of StreamDescription?.Shards ?? []) {
      if (id !== undefined && !this.#shards.has(id)) this.#shards.set(id, { id, iterator: undefined, done: undefined })
    }
  }

  async #streamOf(): Promise<string> {
    const client = new DynamoDBClient(this.#parts.configuration)
    const { Table } = await client.send(new DescribeTableCommand({ TableName: this.#parts.tableName }))
    client.destroy()
    return Table?.LatestStreamArn ?? ''
  }

  async #poll(shard: Shard): Promise<Outcome> {
    shard.iterator ??= await this.#iterator(shard)
    if (shard.iterator === undefined) return 'nothing'
    const command = new GetRecordsCommand({ ShardIterator: shard.iterator, Limit: BATCH_RECORDS })
    const output = await this.#client.send(command).catch((error: unknown) => {
      shard.iterator = undefined
      if (error instanceof ExpiredIteratorException) return undefined
      throw error
    })
    if (!output) return 'something'
    const records = output.Records ?? []
    if (records.length === 0) {
      shard.iterator = output.NextShardIterator
      return 'nothing'
    }
    const from = await this.#parts.handle({ Records: records.map(asLambdaDelivers) })
    const done = from === undefined ? records.length : records.findIndex(record => numberOf(record) === from)
    shard.done = numberOf(records[done - 1]) ?? shard.done
    shard.iterator = from === undefined ? output.NextShardIterator : undefined
    return from === undefined ? 'something' : 'again'
  }

  async #iterator({ id, done }: Shard): Promise<string | undefined> {
    const place =
      done === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: done } as const)
    const command = new GetShardIteratorCommand({ StreamArn: this.#arn, ShardId: id, ...place })
    return (await this.#client.send(command)).ShardIterator
  }
}

/** nothing: it is read to its end. again: part of it failed. */
type Outcome = 'nothing' | 'something' | 'again'

const numberOf = (record: _Record | undefined): string | undefined => record?.dynamodb?.SequenceNumber

/** Times in seconds, binary values in base64. */
const asLambdaDelivers = ({ dynamodb, ...record }: _Record): object => ({
  ...record,
  dynamodb: {
    ...dynamodb,
    ApproximateCreationDateTime: (dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0) / 1000,
    ...(dynamodb?.Keys && { Keys: inBase64(dynamodb.Keys) }),
    ...(dynamodb?.NewImage && { NewImage: inBase64(dynamodb.NewImage) }),
  },
})

const inBase64 = (attributes: Readonly<Record<string, AttributeValue>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]),
  )
