/** What somebody meets who has just cloned the repository: an empty home, an older Node maybe, nothing else. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const RESOURCES = 587

let place: string
let repository: string
let environment: NodeJS.ProcessEnv
let running: { stop(): Promise<void> } | undefined

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'newcomer-'))
  repository = join(place, 'repository')
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  for (const path of tracked.filter(each => existsSync(join(root, each)))) {
    mkdirSync(join(repository, dirname(path)), { recursive: true })
    cpSync(join(root, path), join(repository, path))
  }
  environment = newcomersEnvironment()
})

afterAll(async () => {
  await running?.stop()
  rmSync(place, { recursive: true, force: true })
})

/**
 * Nothing of npm's and of this repository's, but the way to the network. Downloads come from npm's cache if they can.
 */
function newcomersEnvironment(): NodeJS.ProcessEnv {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { cwd: root, encoding: 'utf8' }).trim()
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|INIT_CWD)/i.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter(each => !each.includes('node_modules'))
  const home = join(place, 'home')
  mkdirSync(home)
  const extra = process.env.NODE_EXTRA_CA_CERTS
  return {
    ...Object.fromEntries(kept),
    ...(extra && { NODE_EXTRA_CA_CERTS: extra }),
    PATH: path.join(delimiter),
    HOME: home,
    npm_config_cache: cache,
  }
}

const npm = (...args: readonly string[]): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: repository, env: environment, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

interface Running {
  readonly baseUrl: string
  readonly graphqlUrl: string
  readonly output: string
  readonly readyMs: number
}

async function start(): Promise<Running> {
  const startedAt = performance.now()
  const env = { ...environment, PORT: '0', DATA_DIR: join(place, 'data') }
  const child = spawn('npm', ['start'], { cwd: repository, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<void>(done => child.on('close', () => done()))
  let output = ''
  const ready = new Promise<Running>((done, fail) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        output += chunk
        const baseUrl = /http:\/\/\S+\/fhir(?=\s)/.exec(output)?.[0]
        const graphqlUrl = /http:\/\/\S+\/graphql(?=\s)/.exec(output)?.[0]
        if (baseUrl && graphqlUrl) done({ baseUrl, graphqlUrl, output, readyMs: performance.now() - startedAt })
      })
    closed.then(() => fail(new Error(`npm start ended:\n${output}`)))
  })
  running = {
    async stop() {
      running = undefined
      // npm, the shell it starts and the server: all of them are one process group.
      if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await closed
    },
  }
  return ready
}

async function json(url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await fetch(url, init)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

const graphql = (url: string, query: string): Promise<Record<string, unknown>> =>
  json(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })

/** What is to be seen in either language, the same before and after a restart. */
async function see({ baseUrl, graphqlUrl }: Running): Promise<void> {
  const found = await json(`${baseUrl}/Patient?given=in%C3%A9s&_elements=name,birthDate`)
  expect(found).toMatchObject({
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [{ resource: { resourceType: 'Patient', birthDate: '2012-12-14', name: [{ family: 'Quiñones183' }] } }],
  })
  const observations = await json(`${baseUrl}/Observation?patient.given=in%C3%A9s&_total=accurate&_summary=count`)
  expect(observations.total).toBeGreaterThan(5)
  expect(await graphql(graphqlUrl, '{ PatientList(given: "Inés") { birthDate name { family given } } }')).toEqual({
    data: {
      PatientList: [{ birthDate: '2012-12-14', name: [{ family: 'Quiñones183', given: ['Inés791', 'Irene779'] }] }],
    },
  })
}

test('installs without a question, starts, loads, answers in both languages, and remembers', async () => {
  const installation = npm('ci', '--omit=dev')
  expect(installation, installation.output).toMatchObject({ status: 0 })
  expect(installation.output).not.toMatch(/deprecated|vulnerabilit|allow-scripts|EBADENGINE/)
  const packages = readdirSync(join(repository, 'node_modules')).filter(name => !name.startsWith('.'))
  expect(packages).not.toContain('typescript')

  const first = await start()
  expect(first.output).not.toMatch(/Warning|Error/)
  console.log(`ready ${Math.round(first.readyMs)} ms after npm start, the first time`)
  const loading = npm('run', 'load', '--', 'test/vectors/synthea', '--url', first.baseUrl)
  expect(loading, loading.output).toMatchObject({ status: 0 })
  expect(loading.output).toContain(`5 / 5 files, ${RESOURCES} resources`)
  await see(first)
  await running?.stop()

  const second = await start()
  console.log(`ready ${Math.round(second.readyMs)} ms after npm start, the second time`)
  await see(second)
  await running?.stop()
  expect(statSync(join(place, 'data')).isDirectory()).toBe(true)
})
