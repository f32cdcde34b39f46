import type { Model } from './model.ts'

/** Text by path below schema/generated. */
export type GeneratedFiles = ReadonlyMap<string, string>

/** The JSON tables: compact, with a line for each element, parameter or entry, so that a change is a readable diff. */
export function emitTables(model: Model): GeneratedFiles {
  const files = new Map<string, string>()
  const { resourceTypes, complexTypes, uncompiled, reverse, fhirVersion } = model.manifest
  for (const { name, kind, components } of model.types.values()) {
    files.set(
      `elements/${name}.json`,
      document([
        ['name', JSON.stringify(name)],
        ['kind', JSON.stringify(kind)],
        ['components', object(components, elements => lines(elements))],
      ]),
    )
  }
  for (const [name, parameters] of model.searchParameters) {
    files.set(`search-parameters/${name}.json`, `${lines(parameters)}\n`)
  }
  files.set('value-sets.json', `${object(model.valueSets, JSON.stringify)}\n`)
  files.set('code-hierarchies.json', `${object(model.codeHierarchies, JSON.stringify)}\n`)
  files.set('compartments.json', `${object(model.compartments, members => object(members, JSON.stringify))}\n`)
  files.set(
    'manifest.json',
    document([
      ['fhirVersion', JSON.stringify(fhirVersion)],
      ['resourceTypes', lines(resourceTypes)],
      ['complexTypes', lines(complexTypes)],
      ['uncompiled', lines(uncompiled)],
      ['reverse', object(reverse, sources => object(sources, JSON.stringify))],
    ]),
  )
  return files
}

const document = (members: readonly (readonly [name: string, json: string])[]): string =>
  `{\n${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',\n')}\n}\n`

const lines = (items: readonly unknown[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map(item => JSON.stringify(item)).join(',\n')}\n]`

function object<Value>(entries: Readonly<Record<string, Value>>, json: (value: Value) => string): string {
  const members = Object.entries(entries).map(([name, value]) => `${JSON.stringify(name)}:${json(value)}`)
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n}`
}
