/** `npm run load`: brings files into a running FHIR server, through its REST door. */
import { setTimeout as delay } from 'node:timers/promises'
import { findInputs } from './load/inputs.ts'
import { load } from './load/loader.ts'
import { LOAD_USAGE, type LoadOptions, parseLoadOptions } from './load/options.ts'
import { createProgress } from './load/progress.ts'
import { createSender } from './load/send.ts'
import { uploadingSender } from './load/upload.ts'

const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 }
const TICK_MS = 200

async function main(options: LoadOptions): Promise<number> {
  const { stages, problems } = findInputs(options.paths)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) return EXIT.usage
  if (!(await answers(options.baseUrl))) {
    console.error(
      `Nothing answers at ${options.baseUrl}. Start the gateway (npm start), or name another base with --url.`,
    )
    return EXIT.failed
  }

  const interrupt = new AbortController()
  process.once('SIGINT', () => interrupt.abort())
  const progress = createProgress({
    files: stages.flat(),
    terminal: {
      write: text => process.stderr.write(text),
      get columns() {
        // Some terminals don't tell their width, which is then 0.
        return process.stderr.isTTY ? process.stderr.columns || 80 : undefined
      },
    },
    now: () => performance.now(),
  })
  const wait = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined)
  const sender = uploadingSender({ ...options, wait, sender: createSender({ ...options, now: Date.now, wait }) })
  const ticking = setInterval(() => progress.tick(), TICK_MS)
  await load({ ...options, stages, sender, listener: progress, signal: interrupt.signal })
  clearInterval(ticking)
  sender.close()
  progress.finish(interrupt.signal.aborted)
  if (interrupt.signal.aborted) return EXIT.interrupted
  return progress.failed ? EXIT.failed : EXIT.done
}

/** Whether there is an HTTP server at all: what it says doesn't matter, it may want a token even for this. */
async function answers(baseUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${baseUrl}/metadata`)
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

const options = parseLoadOptions(process.argv.slice(2))
if (typeof options === 'string') {
  console.error(`${options}\n\n${LOAD_USAGE}`)
  process.exitCode = EXIT.usage
} else process.exitCode = await main(options)
