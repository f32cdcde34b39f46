/** Batches as Lambda's event source mapping delivers a table's stream, in the shape of recorded ones. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { attributesOfItem } from '#adapters/dynamodb/attribute-values.ts'
import type { Item } from '#adapters/dynamodb/table.ts'
import type { StreamEvent, StreamRecord } from '#workers/stream-event.ts'

export interface RecordParts {
  /** undefined: the item was removed. */
  readonly image: Item | undefined
  /** Milliseconds since the epoch. */
  readonly at?: number
}

const ARN = 'arn:aws:dynamodb:eu-central-1:123456789012:table/gateway-prod/stream/2026-01-01T00:00:00.000'

/** Sequence numbers count from 1. */
export const streamEvent = (...records: readonly RecordParts[]): StreamEvent => ({
  Records: records.map((parts, index) => streamRecord(parts, index + 1)),
})

export const sequenceNumber = (number: number): string => String(number).padStart(21, '0')

function streamRecord({ image, at = 1_766_000_000_000 }: RecordParts, number: number): StreamRecord {
  const { partition = 'default#Patient#a', sort = '0000000001' } = image ?? {}
  const record = {
    eventID: `c4ca4238a0b923820dcc509a6f75849${number}`,
    eventName: image ? 'INSERT' : 'REMOVE',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    dynamodb: {
      ApproximateCreationDateTime: at / 1000,
      Keys: { partition: { S: partition }, sort: { S: sort } },
      ...(image && { NewImage: inBase64(attributesOfItem(image)) }),
      SequenceNumber: sequenceNumber(number),
      SizeBytes: 26,
      StreamViewType: 'NEW_IMAGE',
    },
    eventSourceARN: ARN,
  }
  return record
}

const inBase64 = (attributes: Record<string, AttributeValue>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') },
    ]),
  )
