/** `npm run lint:templates`: cfn-lint over what `npm run synth` wrote to dist/cdk. */
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const ownPrograms = ['bin/cfn-lint', 'Scripts/cfn-lint.exe'].map(path => join(root, '.cache/cfn-lint', path))
const program = ownPrograms.find(path => existsSync(path)) ?? 'cfn-lint'

/** W3005: that the CDK names a dependency which a reference implies already harms nobody. */
const IGNORED = ['W3005']

const templates = globSync('dist/cdk/*.template.json', { cwd: root })
if (templates.length === 0) {
  fail('There are no templates in dist/cdk: run `npm run synth` first.')
} else {
  const { error, status } = spawnSync(program, ['--ignore-checks', ...IGNORED, '--', ...templates], {
    cwd: root,
    stdio: 'inherit',
  })
  if (error) {
    fail('cfn-lint is not here: python3 -m venv .cache/cfn-lint && .cache/cfn-lint/bin/pip install cfn-lint')
  } else {
    console.log(status === 0 ? `${templates.length} templates are clean.` : '')
    process.exitCode = status ?? 1
  }
}

function fail(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}
