/** A Java program that runs as long as it is wanted, and never longer than this process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EngineError } from './engine-error.ts'

export interface JavaEngine {
  readonly name: string
  /** Folder for its data and its log. */
  readonly folder: string
  readonly heapMb: number
  /** For the virtual machine, class path included. */
  readonly javaOptions: readonly string[]
  readonly mainClass: string
  readonly arguments: readonly string[]
  /** Whether it answers requests now; a refused connection counts as no. */
  isReady(): Promise<boolean>
}

export interface RunningEngine {
  /** Resolves when it has ended. */
  stop(): Promise<void>
}

const READY_WITHIN_MS = 240_000
const POLL_MS = 100
const STOP_WITHIN_MS = 15_000

// Whatever way this process ends, its end of the pipe closes, `cat` returns, and the engine is told to stop.
const SCRIPT = 'exec 3<&0; "$@" </dev/null 3<&- & pid=$!; (cat <&3 >/dev/null; kill "$pid" 2>/dev/null) & wait "$pid"'

/** @throws EngineError with the end of the engine's log where it does not come up. */
export async function startEngine(engine: JavaEngine): Promise<RunningEngine> {
  const logFile = join(engine.folder, `${engine.name}.log`)
  const log = openSync(logFile, 'a')
  const child = spawn(
    'sh',
    [
      '-c',
      SCRIPT,
      'sh',
      'java',
      `-Xmx${engine.heapMb}m`,
      '-XX:+UseSerialGC',
      ...engine.javaOptions,
      engine.mainClass,
      ...engine.arguments,
    ],
    { stdio: ['pipe', log, log], cwd: engine.folder },
  )
  closeSync(log)
  child.stdin?.on('error', () => undefined)
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const running = { stop: () => stop(child, ended) }
  try {
    await waitUntilReady(engine, child)
    return running
  } catch (error) {
    await running.stop()
    throw new EngineError(`${(error as Error).message}. Its log ends with:\n${endOf(logFile)}`)
  }
}

async function waitUntilReady(engine: JavaEngine, child: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS
  while (!(await isReady(engine))) {
    if (child.exitCode !== null) throw new Error(`${engine.name} ended with exit code ${child.exitCode}`)
    if (Date.now() > giveUpAt) throw new Error(`${engine.name} does not answer after ${READY_WITHIN_MS / 1000} s`)
    await delay(POLL_MS)
  }
}

const isReady = (engine: JavaEngine): Promise<boolean> => engine.isReady().catch(() => false)

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end()
  const late = new AbortController()
  const kill = delay(STOP_WITHIN_MS, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  )
  await Promise.race([ended, kill])
  late.abort()
}

const endOf = (file: string): string => readFileSync(file, 'utf8').split('\n').slice(-20).join('\n')

/** A port that nothing listens on at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })

/** Whether nothing listens on the port. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
