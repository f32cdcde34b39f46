/** Loads stage after stage, several requests at a time. */
import { type Failure, type Result, resultOf } from './answer.ts'
import type { InputFile } from './inputs.ts'
import { type LoadProblem, type LoadRequest, openFile, requestsOf } from './requests.ts'
import type { Reply, Sender } from './send.ts'

/** Told of everything as it happens. */
export interface LoadListener {
  resources(count: number): void
  failures(failures: readonly Failure[]): void
  fileDone(file: InputFile): void
}

export interface Load {
  readonly stages: readonly (readonly InputFile[])[]
  readonly sender: Sender
  readonly listener: LoadListener
  readonly concurrency: number
  /** Aborted: nothing more is sent, and what is under way is broken off. */
  readonly signal: AbortSignal
}

interface Job {
  readonly request: LoadRequest | LoadProblem
  /** Called once when the job has its result. */
  readonly done: () => void
}

interface Deferred {
  readonly file: InputFile
  readonly request: LoadRequest
  readonly failures: readonly Failure[]
}

export async function load(options: Load): Promise<void> {
  const deferred: Deferred[] = []
  for (const stage of options.stages) await runStage(options, stage, deferred)
  await loadDeferred(options, deferred)
}

async function runStage(options: Load, stage: readonly InputFile[], deferred: Deferred[]): Promise<void> {
  await inParallel(options, jobsOf(stage, options.listener), async ({ file, job }) => {
    const { request } = job
    if ('problem' in request) {
      options.listener.failures([{ source: request.source, outcome: request.problem, issues: [] }])
      job.done()
      return
    }
    const { reply, result } = await sendOne(options, request)
    if (options.signal.aborted && reply.kind !== 'answered') return
    if (await mayWorkLater(file, request, reply)) deferred.push({ file, request, failures: result.failures })
    else {
      report(options.listener, result)
      job.done()
    }
  })
}

/**
 * A transaction that was refused has changed nothing. Where it refers conditionally to what other files may bring, or
 * lost against another one, it is tried again when the rest is loaded, as long as that gets any of them through.
 */
async function loadDeferred(options: Load, first: readonly Deferred[]): Promise<void> {
  let waiting = first
  for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
    before = waiting.length
    const still: Deferred[] = []
    await inParallel(options, iterate(waiting), async ({ file, request }) => {
      const { reply, result } = await sendOne(options, request)
      if (options.signal.aborted && reply.kind !== 'answered') return
      if (result.failures.length > 0) still.push({ file, request, failures: result.failures })
      else {
        report(options.listener, result)
        options.listener.fileDone(file)
      }
    })
    if (options.signal.aborted) break
    waiting = still
  }
  for (const { file, failures } of waiting) {
    options.listener.failures(failures)
    options.listener.fileDone(file)
  }
}

async function sendOne(options: Load, request: LoadRequest): Promise<{ reply: Reply; result: Result }> {
  const reply = await options.sender.send(request, options.signal)
  if (!request.parts || !isRefusedAsAWhole(reply)) return { reply, result: resultOf(request, reply) }
  // One line that is no JSON spoils a whole batch: sent alone, it fails alone.
  const results: Result[] = []
  for (const part of request.parts()) {
    if (options.signal.aborted) break
    results.push(resultOf(part, await options.sender.send(part, options.signal)))
  }
  const result = {
    resources: results.reduce((sum, each) => sum + each.resources, 0),
    failures: results.flatMap(each => each.failures),
  }
  return { reply, result }
}

const isRefusedAsAWhole = (reply: Reply): boolean => reply.kind === 'answered' && [400, 413, 422].includes(reply.status)

function report(listener: LoadListener, { resources, failures }: Result): void {
  if (resources > 0) listener.resources(resources)
  if (failures.length > 0) listener.failures(failures)
}

// What servers answer where a conditional reference finds nothing; 409 where two transactions met.
const REFUSED = [400, 404, 409, 412, 422]
const CONDITIONAL_REFERENCE = /"[A-Z][A-Za-z]+\?[A-Za-z_-]+=/

async function mayWorkLater(file: InputFile, request: LoadRequest, reply: Reply): Promise<boolean> {
  if (request.kind !== 'transaction' || file.format !== 'json') return false
  if (reply.kind !== 'answered' || !REFUSED.includes(reply.status)) return false
  if (reply.status === 409) return true
  let tail = ''
  for await (const chunk of openFile(file)) {
    const text: string = tail + chunk.toString('latin1')
    if (CONDITIONAL_REFERENCE.test(text)) return true
    tail = text.slice(-200)
  }
  return false
}

/** The jobs of all files, one after the other, made when they are asked for. */
async function* jobsOf(
  files: readonly InputFile[],
  listener: LoadListener,
): AsyncGenerator<{ readonly file: InputFile; readonly job: Job }> {
  for (const file of files) {
    let open = 1
    const done = (): void => {
      open--
      if (open === 0) listener.fileDone(file)
    }
    for await (const request of requestsOf(file)) {
      open++
      yield { file, job: { request, done } }
    }
    done()
  }
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

/** Workers take from one generator, so that work is made no faster than it is done. */
async function inParallel<T>(
  { concurrency, signal }: Pick<Load, 'concurrency' | 'signal'>,
  items: AsyncGenerator<T>,
  handle: (item: T) => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = await items.next()
      if (next.done) return
      await handle(next.value)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
