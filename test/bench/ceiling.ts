/** What the generator can do at most: against a server that does nothing but answer. */
import { createServer } from 'node:net'

const BODY = JSON.stringify({ resourceType: 'Observation', text: 'x'.repeat(1500) })
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
)

const server = createServer({ noDelay: true }, socket => {
  socket.on('data', () => socket.write(ANSWER))
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') process.send?.(address.port)
})
