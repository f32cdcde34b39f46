/** Stacks as `npm run synth` makes them, without bundling: a function's code is no matter of its template. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { readConfig } from '#infra/config.ts'
import { createDeployment } from '#infra/deployment.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

export interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** A resource and where it is: `data/TableCD117FA1`, without what all stacks are named after. */
export interface Placed extends Resource {
  readonly place: string
}

export interface Synthesized {
  readonly app: App
  readonly templates: readonly Template[]
  readonly resources: readonly Placed[]
  readonly ofType: (type: string) => readonly Placed[]
}

export interface Template {
  readonly name: string
  readonly bytes: number
  readonly resources: Readonly<Record<string, Resource>>
}

export interface SynthesisOptions {
  readonly settings?: Readonly<Record<string, unknown>>
}

export function synthesize({ settings = {} }: SynthesisOptions = {}): Synthesized {
  // Takes longer than all the rest; `npm run synth` has it on.
  process.env.CDK_VALIDATION = 'false'
  const outdir = mkdtempSync(join(tmpdir(), 'gateway-infra-'))
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))
  const app = new App({ outdir, context: { ...context, ...settings } })
  createDeployment(app, {
    config: readConfig(key => app.node.tryGetContext(key)),
    root: ROOT,
    codeOf: () => Code.fromInline('exports.handler = () => {}'),
  })
  app.synth()
  const templates = readdirSync(outdir)
    .filter(file => file.endsWith('.template.json'))
    .map(file => templateOf(join(outdir, file), file))
  rmSync(outdir, { recursive: true })
  const resources = templates.flatMap(({ name, resources }) =>
    Object.entries(resources).map(([id, resource]) => ({ place: `${name}/${id}`, ...resource })),
  )
  return { app, templates, resources, ofType: type => resources.filter(resource => resource.Type === type) }
}

function templateOf(path: string, file: string): Template {
  const text = readFileSync(path, 'utf8')
  const name = file.replace(/^fhir-?gateway-?[a-z]*?-?(?=data|search|identity|api|workers|observability|firewall)/, '')
  const resources = (JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> }).Resources
  return { name: name.replace(/\.template\.json$/, ''), bytes: Buffer.byteLength(text), resources }
}
