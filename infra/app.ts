/**
 * The CDK app, run by `npm run synth` and by the CDK's command line (cdk.json). Settings are context: of cdk.json, of
 * `cdk -c name=value`, or `npm run synth -- name=value`. A first word `outdir=...` says where the result goes; the
 * command line says it by itself.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag'
import { CONTEXT_KEYS, DeploymentError, readConfig } from './config.ts'
import { createDeployment } from './deployment.ts'
import { bundledCode } from './lambda-code.ts'

const root = join(import.meta.dirname, '..')
const OUTDIR = 'outdir='

try {
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { readonly context: object }
  const words = process.argv.slice(2)
  const outdir = words[0]?.startsWith(OUTDIR) ? words.shift()?.slice(OUTDIR.length) : undefined
  const app = new App({ context: { ...context, ...settingsOf(words) }, ...(outdir && { outdir }) })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app))
  const config = readConfig(key => app.node.tryGetContext(key))
  createDeployment(app, { config, root, codeOf: bundledCode(root) })
  app.synth()
} catch (error) {
  if (!(error instanceof DeploymentError)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** @throws DeploymentError */
function settingsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const wrong = words.filter(word => !CONTEXT_KEYS.some(key => word.startsWith(`${key}=`)))
  if (wrong.length > 0) {
    throw new DeploymentError([`There is no setting ${wrong.join(', ')}: known are ${CONTEXT_KEYS.join(', ')}.`])
  }
  return Object.fromEntries(words.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]))
}
