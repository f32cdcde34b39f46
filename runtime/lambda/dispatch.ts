/** Lambda entry: what follows commits that the table's stream tells of. */
import { SqsChangePublisher } from '#adapters/sqs/index.ts'
import { openDispatch } from '../aws.ts'
import { dispatchPlaces } from '../aws-environment.ts'
import { queueParts } from '../queue-parts.ts'
import { streamHandler, surroundingsOf } from './stream-worker.ts'

const { refused, changes, ...places } = dispatchPlaces(process.env)

const publisher = changes && new SqsChangePublisher(queueParts(changes))

/** Opened while the process starts; its clients live as long as that. */
export const handler = streamHandler(
  openDispatch({ places, ...(publisher && { publisher }), ...surroundingsOf('dispatch', refused) }),
)
