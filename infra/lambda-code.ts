import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { DeploymentError } from './config.ts'
import type { FunctionSpec } from './functions.ts'

export type CodeOf = (spec: FunctionSpec) => Code

/** Code as `npm run bundle` has put it into dist/lambda, which is bundled first where it is not there. */
export const bundledCode =
  (root: string): CodeOf =>
  spec => {
    assertEntries(root, [spec])
    const folder = join(root, 'dist/lambda', spec.name)
    const file = join(folder, 'runtime', `${spec.name}.mjs`)
    if (!existsSync(file)) bundle(root)
    if (!existsSync(file)) {
      throw new DeploymentError([
        `The bundle of ${spec.name} is missing: runtime/lambda/bundle.ts has no function of that name.`,
      ])
    }
    return Code.fromAsset(folder)
  }

function bundle(root: string): void {
  const { status } = spawnSync(process.execPath, [join(root, 'runtime/lambda/bundle.ts')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new DeploymentError(['The Lambda functions cannot be bundled: see what esbuild says above.'])
}

/** @throws DeploymentError that lists every entry that is not there */
export function assertEntries(root: string, specs: readonly FunctionSpec[]): void {
  const missing = specs.filter(({ entry }) => !existsSync(join(root, entry)))
  if (missing.length === 0) return
  throw new DeploymentError(
    missing.map(({ name, entry }) => `The function ${name} is listed for deployment, but ${entry} does not exist.`),
  )
}
