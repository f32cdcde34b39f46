/** Runs a bundled Lambda function in a process of its own, as Lambda does. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LambdaName } from '#runtime/lambda/bundle.ts'

export interface LambdaRun {
  /** By event. */
  readonly results: readonly unknown[]
  /** Lines of the log: of both streams. */
  readonly output: string
}

export interface LambdaProcess {
  readonly name: LambdaName
  /** Where bundleLambda has put it. */
  readonly folder: string
  /** All that it gets. */
  readonly environment: Readonly<Record<string, string>>
}

/** Rejects with what the process wrote where it fails. */
export async function runLambda(
  { name, folder, environment }: LambdaProcess,
  events: readonly unknown[],
): Promise<LambdaRun> {
  const files = Object.fromEntries(
    ['script.mjs', 'events.json', 'results.json'].map(file => [file, join(folder, file)]),
  )
  const { 'script.mjs': script = '', 'events.json': sent = '', 'results.json': answered = '' } = files
  await writeFile(sent, JSON.stringify(events))
  await writeFile(
    script,
    `import { readFileSync, writeFileSync } from 'node:fs'
     import { handler } from ${JSON.stringify(join(folder, 'runtime', `${name}.mjs`))}
     const results = []
     for (const event of JSON.parse(readFileSync(${JSON.stringify(sent)}, 'utf8')))
       results.push(await handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 29_000 }))
     writeFileSync(${JSON.stringify(answered)}, JSON.stringify(results))
     process.exit(0)`,
  )
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { env: environment })
  return { results: JSON.parse(await readFile(answered, 'utf8')), output: stdout + stderr }
}
