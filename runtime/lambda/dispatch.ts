/** Lambda entry: what follows commits that the table's stream tells of. */
import { createSqsClient, SqsChangePublisher } from '#adapters/sqs/index.ts'
import { openDispatch } from '../aws.ts'
import { dispatchPlaces } from '../aws-environment.ts'
import { clientConfiguration } from '../client-configuration.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { streamHandler, surroundingsOf } from './stream-worker.ts'

const { refused, changes, ...places } = dispatchPlaces(process.env)

const publisher =
  changes &&
  new SqsChangePublisher({
    client: createSqsClient(clientConfiguration(changes)),
    queueUrl: changes.queueUrl,
    clock: SYSTEM_CLOCK,
  })

/** Opened while the process starts; its clients live as long as that. */
export const handler = streamHandler(
  openDispatch({ places, ...(publisher && { publisher }), ...surroundingsOf('dispatch', refused) }),
)
