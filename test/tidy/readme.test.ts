/** README.md names what a user can set and run, as it is. */
import { expect, test } from 'vitest'
import { ENV } from '#runtime/env-names.ts'
import { paths, readText } from './sources.ts'

const readme = readText('README.md')

test('every environment variable is documented, there or on a page of its subject', () => {
  const pages = [readme, ...paths.filter(path => /^docs\/.*\.md$/.test(path)).map(readText)].join('\n')
  expect(Object.values(ENV).filter(name => !new RegExp(`\\b${name}\\b`).test(pages))).toEqual([])
})

test('every npm script that it or CONTRIBUTING.md names exists', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
  const named = [...`${readme}${readText('CONTRIBUTING.md')}`.matchAll(/npm run ([a-z:]+)|npm (test|start)/g)]
  expect(named.map(([, run, own]) => run ?? own ?? '').filter(name => !Object.hasOwn(scripts, name))).toEqual([])
})

test('the test command that CI runs is the one in the README', () => {
  expect(readme).toContain('npm ci && npm test')
  expect(readText('.ci/run')).toMatch(/tests 'npm test' npm test/)
})

test('every path that a guide or CONTRIBUTING.md names is there', () => {
  const pages = paths.filter(path => /^docs\/guides\/.*\.md$|^CONTRIBUTING\.md$/.test(path))
  const named = pages.flatMap(page =>
    [...readText(page).matchAll(/`((?:service|adapters|rest|resolvers|runtime|infra|workers|test)\/[\w./-]+)`/g)].map(
      ([, path = '']) => ({ page, path: path.replace(/\/$/, '') }),
    ),
  )
  const isThere = (path: string): boolean => paths.some(each => each === path || each.startsWith(`${path}/`))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ path }) => !isThere(path) && !path.startsWith('test/bench/results'))).toEqual([])
})
