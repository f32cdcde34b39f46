/** What must not be left lying about. */
import { expect, test } from 'vitest'
import { paths, readText, sources } from './sources.ts'

const TEXT = /\.(ts|js|json|md|graphql|yml|yaml|toml|sh)$|^\.[a-z]+\/|^[A-Z.]/
// Data as it came from elsewhere.
const UNTOUCHED = ['package-lock.json', 'test/vectors/', 'LICENSE']
const SELF = 'test/tidy/house.test.ts'

const texts = paths
  .filter(path => TEXT.test(path) && path !== SELF && !UNTOUCHED.some(each => path.startsWith(each)))
  .map(path => ({ path, lines: readText(path).split('\n') }))

const linesWith = (form: RegExp, files: readonly { path: string; lines: readonly string[] }[] = texts): string[] =>
  files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (form.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [])),
  )

test('no paths of the machine it was written on', () => {
  expect(linesWith(/(^|[\s'"`(=])\/(work|home|root|Users|tmp)\//)).toEqual([])
})

test("no package registry's address", () => {
  expect(linesWith(/registry\.npmjs|registry\.yarnpkg|repo1?\.maven|crates\.io|pypi\.org/)).toEqual([])
})

test('a marker names who or what settles it', () => {
  expect(linesWith(/\b(TODO|FIXME|XXX|HACK)\b(?!\([\w #-]+\))/)).toEqual([])
})

test('no test is left out silently, none runs alone', () => {
  const tests = sources.filter(file => file.isTest)
  expect(linesWith(/\b(test|it|describe)\.(only|todo)\b/, tests)).toEqual([])
  // A skip carries its reason on the line above or beside it.
  const skips = tests.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      /\b(test|it|describe)\.skip\b/.test(line) && !/\/\//.test(`${lines[index - 1] ?? ''}${line}`)
        ? [`${path}:${index + 1}`]
        : [],
    ),
  )
  expect(skips).toEqual([])
})

test('no debugger statements, no suppressed checks', () => {
  expect(linesWith(/^\s*debugger\b|@ts-ignore|@ts-nocheck|biome-ignore-all/)).toEqual([])
})

test('no white space at ends of lines, and one newline at the end of a file', () => {
  const ends = texts.filter(({ lines }) => lines.length > 1 && (lines.at(-1) !== '' || lines.at(-2) === ''))
  expect([...linesWith(/[ \t]$/), ...ends.map(({ path }) => `${path} ends wrongly`)]).toEqual([])
})

test('comments are 2 to 25 of 100 lines in each part', () => {
  const shares = ['codegen', 'service', 'adapters', 'rest', 'resolvers', 'runtime'].flatMap(part => {
    const lines = sources
      .filter(file => file.path.startsWith(`${part}/`) && !file.isTest)
      .flatMap(file => file.lines)
      .filter(line => line.trim() !== '')
    const comments = lines.filter(line => /^\s*(\/\/|\/\*|\*)/.test(line)).length
    return lines.length === 0 ? [] : [{ part, share: Math.round((100 * comments) / lines.length) }]
  })
  expect(shares.filter(({ share }) => share < 2 || share > 25)).toEqual([])
})
