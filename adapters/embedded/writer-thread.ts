/** Entry of the writer's thread. Takes requests from any number of ports and commits them in groups. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { invariant } from '#service/invariant.ts'
import { openWriter } from './database.ts'
import { engineFailure } from './engine-errors.ts'
import type { Cell, FromWriter, JobWrite, ToWriter, WriteOutcome, WriterThreadData } from './wire.ts'
import { Writer } from './writer.ts'

interface Pending {
  readonly port: MessagePort
  readonly number: number
  readonly cells: readonly Cell[]
}

/** A group ends with the request that takes it over this, so that the first of many doesn't wait for them all. */
const GROUP_CELLS_MAX = 200_000

/** When nothing was asked for so long, what can wait is done, and after that the log goes into the main file. */
const IDLE_MS = 50
const CHECKPOINT_IDLE_MS = 2_000

invariant(parentPort, 'the writer runs in a thread of its own')
const { folder, epoch } = workerData as WriterThreadData
const database = openWriter(folder)
const writer = new Writer(database, epoch)
const ports: MessagePort[] = []
const subscribers = new Set<MessagePort>()
const pending: Pending[] = []
let working = false
/** Where to say that everything is written and closed. */
let closing: MessagePort | undefined
let idleTimer: NodeJS.Timeout | undefined

function listen(port: MessagePort): void {
  ports.push(port)
  port.on('message', (message: ToWriter) => {
    take(port, message)
    work()
  })
  port.on('close', () => {
    ports.splice(ports.indexOf(port), 1)
    subscribers.delete(port)
  })
}

const send = (port: MessagePort, message: FromWriter): void => port.postMessage(message)

function take(port: MessagePort, message: ToWriter): void {
  switch (message.kind) {
    case 'commit':
      for (const [index, number] of message.numbers.entries()) {
        pending.push({ port, number, cells: message.requests[index] ?? [] })
      }
      return
    case 'acknowledge':
      send(port, { kind: 'results', numbers: [message.number], results: [acknowledge(message)] })
      return
    case 'purge':
      send(port, { kind: 'results', numbers: [message.number], results: [writer.purge(message.target)] })
      whenIdle(addTrigrams, IDLE_MS)
      return
    case 'job':
      send(port, { kind: 'results', numbers: [message.number], results: [writeJob(message.write)] })
      return
    case 'reindex':
      send(port, { kind: 'results', numbers: [message.number], results: [writer.reindex(message.request)] })
      whenIdle(addTrigrams, IDLE_MS)
      return
    case 'subscribe':
      subscribers.add(port)
      // Of what came before, a thread that ended may have told nobody.
      send(port, { kind: 'committed' })
      send(port, { kind: 'submitted' })
      return
    case 'connect':
      listen(message.port)
      return
    case 'close':
      closing = port
  }
}

function writeJob(write: JobWrite): WriteOutcome {
  const outcome = writer.writeJob(write)
  const waits = write.state === 'queued' && 'committed' in outcome && outcome.committed
  if (waits) for (const port of subscribers) send(port, { kind: 'submitted' })
  return outcome
}

function acknowledge(message: Extract<ToWriter, { kind: 'acknowledge' }>): WriteOutcome {
  try {
    writer.acknowledge(message.consumer, message.position)
    return { committed: true }
  } catch (error) {
    return engineFailure(error)
  }
}

function work(): void {
  if (working) return
  working = true
  while (pending.length > 0) {
    takeWaiting()
    writeGroup(takeGroup())
  }
  working = false
  if (closing) close(closing)
}

/** What has arrived since joins the group instead of waiting for a sync of its own. */
function takeWaiting(): void {
  for (const port of ports) {
    for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
      take(port, received.message as ToWriter)
    }
  }
}

function takeGroup(): Pending[] {
  let cells = 0
  let count = 0
  for (const request of pending) {
    count++
    cells += request.cells.length
    if (cells >= GROUP_CELLS_MAX) break
  }
  return pending.splice(0, count)
}

function writeGroup(group: readonly Pending[]): void {
  const outcomes = writer.writeGroup(
    group.map(request => request.cells),
    Date.now,
  )
  const answers = new Map<MessagePort, { numbers: number[]; results: WriteOutcome[] }>()
  for (const [index, { port, number }] of group.entries()) {
    const outcome = outcomes[index]
    invariant(outcome, 'every request of a group has an outcome')
    const answer = answers.get(port) ?? { numbers: [], results: [] }
    answer.numbers.push(number)
    answer.results.push(outcome)
    answers.set(port, answer)
  }
  for (const [port, answer] of answers) send(port, { kind: 'results', ...answer })
  for (const port of subscribers) send(port, { kind: 'committed' })
  if (writer.isBehindWithWords) writer.addWords()
  whenIdle(addTrigrams, IDLE_MS)
}

/** Starts anew with every group. */
function whenIdle(task: () => void, milliseconds: number): void {
  clearTimeout(idleTimer)
  idleTimer = setTimeout(task, milliseconds).unref()
}

function addTrigrams(): void {
  if (writer.addTrigrams()) whenIdle(addTrigrams, 0)
  else whenIdle(tidyUp, CHECKPOINT_IDLE_MS)
}

function tidyUp(): void {
  if (writer.addWords()) {
    whenIdle(tidyUp, 0)
    return
  }
  writer.dropWords()
  writer.checkpoint()
}

function close(port: MessagePort): void {
  clearTimeout(idleTimer)
  writer.dropWords()
  database.close()
  send(port, { kind: 'closed' })
  for (const each of [...ports]) each.close()
}

listen(parentPort)
// What the last process left undone.
whenIdle(addTrigrams, IDLE_MS)
send(parentPort, { kind: 'ready' })
