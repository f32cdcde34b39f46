/** Events that AppSync has sent, with what they ask for exchanged: test/vectors/appsync/README.md. */
import { readdirSync, readFileSync } from 'node:fs'
import type { EventParts } from './appsync-events.ts'

const FOLDER = new URL('../vectors/appsync/recorded/', import.meta.url)

type Recorded = Readonly<Record<string, unknown>> & { readonly info: object }

export const BATCH_EVENT = 'appSyncBatchEvent'

/** Names of the events for a single field. */
export const RECORDED: readonly string[] = readdirSync(FOLDER)
  .map(file => file.replace(/\.json$/, ''))
  .filter(name => name !== BATCH_EVENT)

/** The event, or the list of a batch, as it was recorded. */
export const readRecorded = (name: string): Recorded | readonly Recorded[] =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'))

/** `recordedEvent('no-identity', 'Query', 'Patient', { arguments: { id: '1' }, selection: '{ id }' })` */
export function recordedEvent(
  name: string,
  parentTypeName: string,
  fieldName: string,
  parts: EventParts = {},
): Recorded {
  return exchange([readRecorded(name)].flat()[0] as Recorded, parentTypeName, fieldName, parts)
}

export const exchange = (
  event: Recorded,
  parentTypeName: string,
  fieldName: string,
  { arguments: given = {}, variables = {}, selection = '', source }: EventParts,
): Recorded => ({
  ...event,
  arguments: given,
  ...(source && { source }),
  info: { ...event.info, parentTypeName, fieldName, variables, selectionSetGraphQL: selection },
})
