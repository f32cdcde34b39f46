/** The gateway as a user starts it, in a process of its own, on an empty folder and a port that is free. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export interface GatewayProcess {
  readonly host: string
  readonly port: number
  /** Of FHIR REST. */
  readonly baseUrl: string
  /** From the start of the process to the line that says where it listens. */
  readonly readyMs: number
  /** Resident memory of the process now. */
  rssMb(): number
  /** CPU time that all its threads have used. */
  cpuMs(): number
  stop(): Promise<void>
  /** kill -9, as a power cut or the kernel would; its data stays. */
  kill(): Promise<void>
  /** Starts again on the same data. */
  restart(): Promise<GatewayProcess>
}

export interface GatewayCommand {
  readonly command: string
  readonly args: readonly string[]
}

export const DIRECT: GatewayCommand = { command: process.execPath, args: ['runtime/local/start.js'] }
/** Needs Java, and the development packages. */
export const OVER_ENGINES: GatewayCommand = { ...DIRECT, args: [...DIRECT.args, '--engines'] }
export const BY_NPM: GatewayCommand = { command: 'npm', args: ['start', '--silent'] }

export function startGateway(how: GatewayCommand = DIRECT): Promise<GatewayProcess> {
  return startOn(how, mkdtempSync(join(tmpdir(), 'gateway-process-')))
}

/** A gateway for as long as something is done with it. */
export async function withGateway<T>(run: (gateway: GatewayProcess) => Promise<T>, how = DIRECT): Promise<T> {
  const gateway = await startGateway(how)
  try {
    return await run(gateway)
  } finally {
    await gateway.stop()
  }
}

async function startOn(how: GatewayCommand, folder: string): Promise<GatewayProcess> {
  const startedAt = performance.now()
  const child = spawn(how.command, how.args, {
    cwd: root,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const closed = new Promise<void>(done => child.on('close', () => done()))
  const baseUrl = await announcedUrl(child)
  const readyMs = performance.now() - startedAt
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    // npm and what it starts, and all of its threads, are one process group.
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal)
    await closed
  }
  const { pid = 0 } = child
  return {
    host: '127.0.0.1',
    port: Number(new URL(baseUrl).port),
    baseUrl: baseUrl.replace('localhost', '127.0.0.1'),
    readyMs,
    rssMb: () => Number(/^VmRSS:\s+(\d+)/m.exec(procFile(pid, 'status'))?.[1] ?? Number.NaN) / 1024,
    cpuMs: () => cpuMsOf(procFile(pid, 'stat')),
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
    async restart() {
      await end('SIGTERM')
      return startOn(how, folder)
    },
  }
}

function announcedUrl(child: ChildProcess): Promise<string> {
  let output = ''
  return new Promise((found, failed) => {
    child.stdout?.on('data', chunk => {
      output += chunk
      const [url] = /http:\/\/\S+\/fhir(?=\s)/.exec(output) ?? []
      if (url) found(url)
    })
    child.on('close', () => failed(new Error(`The gateway ended before it was ready:\n${output}`)))
  })
}

/** '' where there is no /proc: RSS and CPU are then not a number. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

const CLOCK_TICKS_PER_SECOND = 100

function cpuMsOf(stat: string): number {
  // Fields after the command's name in parentheses; user and system time are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND
}
