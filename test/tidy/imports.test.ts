/** Who may import what. The folders are the architecture; this table is their arrows. */
import { expect, test } from 'vitest'
import { type Import, lineAt, nodesOf, type SourceFile, sources } from './sources.ts'

const ENGINE_CONTRACT = [
  'service/ports/',
  'service/call.ts',
  'service/fault.ts',
  'service/invariant.ts',
  'service/map-concurrently.ts',
  'service/search/ast.ts',
  'service/search/contained.ts',
  'service/search/document.ts',
  'service/search/great-circle.ts',
  'service/search/normalize.ts',
  'service/search/uri-below.ts',
]

/**
 * By folder or file, what its sources may import: files and folders of the repository, `node:` modules, packages. The
 * longest matching key counts. Everybody may import from the folder that the key names.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'schema/': [],
  // Nothing but tests imports codegen.
  'codegen/': ['schema/', 'node:', 'graphql'],
  // The service is pure: no SDK, no file system, no environment, no clock, no chance.
  'service/': [
    'schema/names.ts',
    'schema/tables.ts',
    'schema/expressions/',
    'graphql/language/index.js',
    'saxes',
    'node:crypto',
  ],
  // Loaded where a document asks for FHIRPath; a watchdog ends what takes too long.
  // Loaded where a document asks what types there are.
  'service/graphql/introspection/': ['service/', 'graphql', 'graphql/language/index.js'],
  'service/graphql/fhirpath/': ['service/', 'fhirpath', 'fhirpath/', 'node:vm'],
  // Loaded where a patch is one of FHIRPath.
  'service/resource/patch/': ['service/', 'schema/names.ts', 'fhirpath', 'fhirpath/'],
  'service/definitions.ts': ['service/', 'schema/names.ts', 'schema/tables.ts', 'node:fs'],
  // An adapter never knows another one.
  'adapters/embedded/': [...ENGINE_CONTRACT, 'node:'],
  'adapters/dynamodb/': [...ENGINE_CONTRACT, 'node:', '@aws-sdk/client-dynamodb', '@aws-sdk/client-dynamodb-streams'],
  'adapters/opensearch/': [...ENGINE_CONTRACT, 'node:'],
  'adapters/s3/': [...ENGINE_CONTRACT, 'node:', '@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner'],
  'adapters/sqs/': [...ENGINE_CONTRACT, 'node:', '@aws-sdk/client-sqs'],
  'adapters/appsync/': [...ENGINE_CONTRACT, 'node:'],
  'rest/': ['service/index.ts', 'negotiator', 'node:util', 'node:zlib', 'node:stream'],
  'resolvers/': ['service/index.ts', 'node:util'],
  'workers/': ['service/index.ts'],
  'runtime/': [
    ...['service/index.ts', 'service/ports/', 'service/invariant.ts', 'schema/'],
    ...['adapters/', 'rest/', 'resolvers/', 'workers/'],
    ...['graphql', 'node:'],
  ],
  'runtime/env-names.ts': [],
  'runtime/local/login.ts': ['service/index.ts', 'runtime/', 'aws-jwt-verify', 'aws-jwt-verify/'],
  'runtime/lambda/bundle.ts': ['node:', 'esbuild', 'runtime/lambda/lazy-units.ts', 'runtime/lambda/lean-sdk.ts'],
  'runtime/lambda/lazy-units.ts': ['esbuild'],
  'runtime/lambda/lean-sdk.ts': ['node:', 'esbuild'],
  // Stands in for AppSync, which validates documents by rules of its own.
  'runtime/local/appsync/': [
    ...['runtime/', 'service/index.ts', 'service/graphql/', 'schema/', 'resolvers/', 'rest/'],
    ...['graphql', 'node:'],
  ],
  'runtime/local/realtime/': ['runtime/', 'service/index.ts', 'rest/', 'ws', 'node:'],
  // The launcher of the engines that tests run on serves the local gateway too.
  'runtime/local/engines.ts': ['runtime/', 'service/index.ts', 'test/engines/'],
  // A client of the REST door like any other.
  'runtime/local/load': ['runtime/local/check-node.js', 'node:'],
  // It reads the SDL, by path.
  'infra/': ['runtime/env-names.ts', 'aws-cdk-lib', 'aws-cdk-lib/', 'constructs', 'cdk-nag', 'graphql', 'node:'],
  // Runs in AppSync.
  'infra/config.ts': ['service/access/roles.ts'],
  'infra/appsync/': ['@aws-appsync/utils'],
  'test/': ['*'],
  '': ['node:', 'vitest/config'],
}

const ruleOf = (path: string): string =>
  Object.keys(ARROWS)
    .filter(key => path.startsWith(key))
    .reduce((longest, key) => (key.length > longest.length ? key : longest), '')

const matches = (target: string, allowed: string): boolean =>
  allowed === '*' || target === allowed || (/[/:]$/.test(allowed) && target.startsWith(allowed))

function mayImport(file: SourceFile, { target, own, typeOnly }: Import): boolean {
  if (file.isTest) return !target.startsWith('codegen/') || /^(codegen|test)\//.test(file.path)
  // The AST's nodes have types of the tables: naming those is no use of the tables.
  if (file.path.startsWith('adapters/') && typeOnly && target === 'schema/tables.ts') return true
  const rule = ruleOf(file.path)
  return (own && rule !== '' && target.startsWith(rule)) || (ARROWS[rule] ?? []).some(each => matches(target, each))
}

const code = sources.filter(file => !file.isTest)

test('every import follows an arrow', () => {
  const wrong = sources.flatMap(file =>
    file.imports
      .filter(each => !mayImport(file, each))
      .map(({ target, line }) => `${file.path}:${line} must not import ${target}`),
  )
  expect(wrong).toEqual([])
})

test('own folder by a relative path, other folders by #name', () => {
  const wrong = sources.flatMap(file =>
    file.imports
      .filter(({ own, target, relative }) => own && relative !== isSameFolder(file.path, target))
      .filter(({ relative }) => relative || !file.path.startsWith('test/'))
      .map(({ target, line }) => `${file.path}:${line} ${target}`),
  )
  expect(wrong).toEqual([])
})

// Below test/ each folder is a kind of test of its own: both forms will do there.
const isSameFolder = (path: string, target: string): boolean => path.split('/')[0] === target.split('/')[0]

test('no files import each other in a circle', () => {
  const edges = new Map(
    code.map(file => [file.path, file.imports.filter(each => each.own && !each.typeOnly).map(each => each.target)]),
  )
  const circles: string[] = []
  const finished = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    else if (!finished.has(path)) {
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
      finished.add(path)
    }
  }
  for (const path of edges.keys()) visit(path, [])
  expect(circles).toEqual([])
})

test('only reveal takes a body out of a stored version', () => {
  const importers = code.filter(file => file.imports.some(each => each.names.includes('unsealBody')))
  expect(importers.map(file => file.path).filter(path => !path.startsWith('test/'))).toEqual([
    'service/access/reveal.ts',
  ])
})

test('only definitions, codegen and those who hand the SDL on know the generated folder', () => {
  const allowed = ['codegen/', 'service/definitions.ts', 'runtime/', 'infra/', 'test/']
  expect(outside(allowed, mentioning(['Literal', 'TemplateElement'], /schema\/generated/))).toEqual([])
})

test('the service takes time, ids, chance and settings from its ports alone', () => {
  const members = /^(Date\.now|Math\.random|performance\.\w+|process\.\w+|crypto\.\w+|globalThis\.\w+)$/
  const found = [...mentioning(['MemberExpression'], members), ...mentioning(['NewExpression'], /^new Date\(\s*\)$/)]
  const hashing = code.flatMap(file =>
    file.imports
      .filter(({ target, names }) => target === 'node:crypto' && names.some(name => !/^(createHash|hash)$/.test(name)))
      .map(({ line, names }) => `${file.path}:${line} ${names}`),
  )
  expect([...found, ...hashing].filter(each => each.startsWith('service/'))).toEqual([])
})

test('only the runtime reads the environment', () => {
  expect(outside(['runtime/', 'test/'], mentioning(['MemberExpression'], /^process\.env$/))).toEqual([])
})

test('only the runtime, codegen and tests write to the console', () => {
  // One file keeps libraries from it.
  const allowed = ['.ci/', 'runtime/', 'codegen/', 'test/', 'infra/', 'service/without-console.ts']
  expect(outside(allowed, mentioning(['MemberExpression'], /^console\.\w+$/))).toEqual([])
})

/** `path:line text` of every node of these types whose text has this form. */
function mentioning(types: readonly string[], form: RegExp): readonly string[] {
  return code.flatMap(({ path, text, program }) =>
    [...nodesOf(program)]
      .filter(node => types.includes(node.type) && form.test(text.slice(node.start, node.end)))
      .map(node => `${path}:${lineAt(text, node.start)} ${text.slice(node.start, node.end)}`),
  )
}

const outside = (allowed: readonly string[], found: readonly string[]): readonly string[] =>
  found.filter(each => !allowed.some(place => each.startsWith(place)))
