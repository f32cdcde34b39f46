/**
 * `npm run lint:resolvers`: AWS's own rules for APPSYNC_JS over infra/appsync. They need ESLint and an older
 * TypeScript, which go into .cache/appsync-lint and not among the dependencies.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, '.cache/appsync-lint')

const PACKAGES = [
  'eslint@9.39.5',
  'typescript@5.9.3',
  '@typescript-eslint/parser@8.73.0',
  '@aws-appsync/eslint-plugin@2.0.2',
]

const CONFIG = `import parser from '@typescript-eslint/parser'
import plugin from '@aws-appsync/eslint-plugin'
const parserOptions = { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname }
export default [
  {
    files: ['code/*.js'],
    languageOptions: { parser, parserOptions },
    plugins: { '@aws-appsync': plugin },
    rules: plugin.configs.recommended.rules,
  },
]
`

const TSCONFIG = JSON.stringify({
  compilerOptions: { allowJs: true, noEmit: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler' },
  include: ['code/*.js'],
})

function main(): number {
  rmSync(join(folder, 'code'), { recursive: true, force: true })
  mkdirSync(join(folder, 'code'), { recursive: true })
  if (!existsSync(join(folder, 'node_modules/@aws-appsync/eslint-plugin'))) {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    const installed = run('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...PACKAGES])
    if (installed !== 0) return installed
    symlinkSync(join(root, 'node_modules/@aws-appsync/utils'), join(folder, 'node_modules/@aws-appsync/utils'), 'dir')
  }
  writeFileSync(join(folder, 'eslint.config.js'), CONFIG)
  writeFileSync(join(folder, 'tsconfig.json'), TSCONFIG)
  const files = globSync('infra/appsync/*.js', { cwd: root })
  for (const file of files) cpSync(join(root, file), join(folder, 'code', basename(file)))
  const status = run('node', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', 'code'])
  if (status === 0) console.log(`${files.length} resolvers keep to APPSYNC_JS.`)
  return status
}

function run(command: string, given: readonly string[]): number {
  const { error, status } = spawnSync(command, given, { cwd: folder, stdio: 'inherit' })
  if (error) throw error
  return status ?? 1
}

process.exitCode = main()
