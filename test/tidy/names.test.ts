/** Names say what a thing is. CONTRIBUTING.md has the rules. */
import { expect, test } from 'vitest'
import { nodesOf, paths, sources } from './sources.ts'

/** A banned part of a file's or folder's name, and what to write instead. */
const BANNED: Readonly<Record<string, string>> = {
  util: 'what the functions do',
  utils: 'what the functions do',
  helper: 'what it does',
  helpers: 'what they do',
  common: 'what is common: the idea they share',
  shared: 'what is shared',
  misc: 'a file for each thing',
  manager: 'what it does with them: store, pool, registry',
  base: 'what it is',
  impl: 'technology and port: embedded-resource-store',
}

const UNTOUCHED = ['node_modules', 'test/vectors/', 'docs/decisions/']
const CAPITALS = /^(README|CONTRIBUTING|CHANGELOG|LICENSE|NOTICE|SECURITY)(\.md)?$/
const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

const named = paths.filter(path => !UNTOUCHED.some(folder => path.startsWith(folder)))

test('files and folders are in kebab-case', () => {
  const wrong = named.filter(path => !path.split('/').every(part => KEBAB.test(part) || CAPITALS.test(part)))
  expect(wrong).toEqual([])
})

test('no file or folder has a name that says nothing', () => {
  const wrong = named.flatMap(path =>
    path
      .split(/[/.-]/)
      .filter(word => Object.hasOwn(BANNED, word))
      .map(word => `${path}: instead of '${word}' name ${BANNED[word]}`),
  )
  expect(wrong).toEqual([])
})

test('interfaces and classes carry no I and no Impl, and exports have names', () => {
  const wrong = sources.flatMap(({ path, program }) =>
    [...nodesOf(program)].flatMap(node => {
      const name = (node.id as { readonly name?: string } | null | undefined)?.name ?? ''
      if (/^(TSInterface|Class)Declaration$/.test(node.type) && /^I[A-Z][a-z]|Impl$/.test(name))
        return [`${path}: ${name}`]
      if (node.type === 'ExportAllDeclaration') return [`${path}: export *`]
      // Tools read the default export of their own configuration.
      return node.type === 'ExportDefaultDeclaration' && !/(\.config|-setup)\.ts$/.test(path)
        ? [`${path}: export default`]
        : []
    }),
  )
  expect(wrong).toEqual([])
})
