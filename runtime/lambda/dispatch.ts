/** Lambda entry: what follows commits that the table's stream tells of. */
import { openDispatch } from '../aws.ts'
import { dispatchPlaces } from '../aws-environment.ts'
import { streamHandler, surroundingsOf } from './stream-worker.ts'

const { refused, ...places } = dispatchPlaces(process.env)

/** Opened while the process starts; its clients live as long as that. */
export const handler = streamHandler(openDispatch({ places, ...surroundingsOf('dispatch', refused) }))
