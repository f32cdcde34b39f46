/** A process of its own that asks as fast as it is answered, on so many connections. Driven by messages. */
import { type Latencies, latenciesOf } from './latencies.ts'
import { openConnection } from './raw-client.ts'
import { bytesOf, createTask, type KnownData, type Task, type TaskName } from './tasks.ts'

export interface GeneratorOrder {
  readonly host: string
  readonly port: number
  readonly task: TaskName
  readonly data: KnownData
  readonly clients: number
  readonly warmupMs: number
  readonly measureMs: number
  /** Where the counting of requests begins, so that two orders write different resources. */
  readonly firstIndex: number
}

export interface GeneratorResult extends Latencies {
  readonly requests: number
  readonly perSecond: number
  readonly bytesPerRequest: number
  /** Statuses other than the expected one, and how often; `text`: first answers without the expected text. */
  readonly unexpected: Readonly<Record<string, number>>
  /** The body of the first unexpected answer. */
  readonly example: string | undefined
  /** CPU that the generator itself took, of one core. */
  readonly generatorCpuShare: number
}

interface Tally {
  readonly durations: number[]
  readonly unexpected: Record<string, number>
  bytes: number
  example: string | undefined
}

async function generate(order: GeneratorOrder): Promise<GeneratorResult> {
  const task = createTask(order.task, order.data)
  const tally: Tally = { durations: [], unexpected: {}, bytes: 0, example: undefined }
  const counter = { index: order.firstIndex }
  const start = performance.now() + order.warmupMs
  const end = start + order.measureMs
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: order.clients }, () => ask(order, task, counter, tally, start, end)))
  const used = process.cpuUsage(cpu)
  const seconds = order.measureMs / 1000
  const requests = tally.durations.length
  return {
    requests,
    perSecond: requests / seconds,
    bytesPerRequest: Math.round(tally.bytes / Math.max(requests, 1)),
    unexpected: tally.unexpected,
    example: tally.example,
    generatorCpuShare: (used.user + used.system) / 1000 / (order.warmupMs + order.measureMs),
    ...latenciesOf(tally.durations),
  }
}

async function ask(
  { host, port }: GeneratorOrder,
  task: Task,
  counter: { index: number },
  tally: Tally,
  start: number,
  end: number,
): Promise<void> {
  const connection = await openConnection(host, port)
  // The first answer of each connection is looked at, before the measured time.
  const first = await connection.send(bytesOf(`${host}:${port}`, task.next(counter.index++)), true)
  if (!first.body?.includes(task.expectedText)) {
    tally.unexpected.text = (tally.unexpected.text ?? 0) + 1
    tally.example ??= first.body
  }
  for (let now = performance.now(); now < end; ) {
    const request = task.next(counter.index++)
    const { status, bytes } = await connection.send(bytesOf(`${host}:${port}`, request))
    const answered = performance.now()
    if (status !== task.expectedStatus) {
      tally.unexpected[status] = (tally.unexpected[status] ?? 0) + 1
      tally.example ??= (await connection.send(bytesOf(`${host}:${port}`, request), true)).body
    } else if (now >= start && answered <= end) {
      tally.durations.push(answered - now)
      tally.bytes += bytes
    }
    now = performance.now()
  }
  connection.close()
}

process.on('message', (order: GeneratorOrder) => {
  generate(order).then(
    result => process.send?.(result),
    error => process.send?.({ error: String(error) }),
  )
})
