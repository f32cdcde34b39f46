import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { fault } from '#service/fault.ts'
import type { VersionImage } from '#service/ports/change-images.ts'
import type { Clock } from '#service/ports/clock.ts'
import type { ScanPage, ScanSegment, VersionScan } from '#service/ports/version-scan.ts'
import { attributesOfKey, itemOfAttributes, keyOfAttributes } from './attribute-values.ts'
import type { BodyLoader } from './bodies.ts'
import { kindOf } from './keys.ts'
import { kindOf as errorKindOf } from './sdk-errors.ts'
import { versionImageOf } from './stream-images.ts'
import { faultOfTable, TableError } from './table-error.ts'

export interface VersionScanParts {
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly bodies: BodyLoader
  readonly clock: Clock
}

/** The one place that scans the table: for those who may, which is no function that answers requests. */
export class DynamoVersionScan implements VersionScan {
  readonly #parts: VersionScanParts

  constructor(parts: VersionScanParts) {
    this.#parts = parts
  }

  async read({ segment, segments, after }: ScanSegment, deadline: number): Promise<ScanPage> {
    const { client, tableName, bodies, clock } = this.#parts
    const command = new ScanCommand({
      TableName: tableName,
      ConsistentRead: true,
      Segment: segment,
      TotalSegments: segments,
      // Final versions: those of undecided transactions come by the stream once they are final.
      FilterExpression: 'attribute_exists(#changed)',
      ExpressionAttributeNames: { '#changed': 'changed' },
      ...(after !== undefined && { ExclusiveStartKey: attributesOfKey(placeOf(after)) }),
    })
    const withinMs = deadline - clock.now()
    if (withinMs <= 0) throw fault('unavailable', 'There was no time left to read the table.')
    const output = await client
      .send(command, { abortSignal: AbortSignal.timeout(withinMs) })
      .catch((error: unknown) => {
        const kind = errorKindOf(error)
        throw kind ? faultOfTable(new TableError(kind, error), false) : error
      })
    // Versions of one resource follow each other: within a page the last one is the newest.
    const newest = new Map<string, VersionImage>()
    for (const item of (output.Items ?? []).map(itemOfAttributes)) {
      const image = kindOf(item).kind === 'version' ? versionImageOf(item, bodies) : undefined
      if (image) newest.set(item.partition, image)
    }
    const { LastEvaluatedKey: last } = output
    return { versions: [...newest.values()], next: last && textOf(keyOfAttributes(last)) }
  }
}

/** Neither has a line break in it. */
const textOf = ({ partition, sort }: { readonly partition: string; readonly sort: string }): string =>
  `${partition}\n${sort}`

function placeOf(text: string) {
  const [partition = '', sort = ''] = text.split('\n')
  return { partition, sort }
}
