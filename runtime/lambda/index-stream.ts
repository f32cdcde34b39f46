/** Lambda entry: the table's stream into the search index. */
import { openIndexStream } from '../aws.ts'
import { indexStreamPlaces } from '../aws-environment.ts'
import { parseEnvironment } from '../env.ts'
import { streamHandler, surroundingsOf } from './stream-worker.ts'

const { refused, ...places } = indexStreamPlaces(process.env)
const { baseUrl } = parseEnvironment(process.env)

/** Opened while the process starts; its clients live as long as that. */
export const handler = streamHandler(openIndexStream({ places, baseUrl, ...surroundingsOf('index-stream', refused) }))
