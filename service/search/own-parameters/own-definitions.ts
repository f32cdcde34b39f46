/** Definitions of each tenant, with its own search parameters on top of those of R4. */
import { parseStoredDefinition } from '../../access/reveal.ts'
import type { Tenant } from '../../call.ts'
import type { Definitions, DefinitionsProvider, SearchParameter } from '../../definitions.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ParameterSource } from '../../ports/parameter-store.ts'
import type { StoredVersion } from '../../ports/stored-version.ts'
import { compileOwn, type OwnParameter, type OwnParameters } from './own-parameter.ts'

export interface OwnDefinitions {
  /** As of the newest commit, where that is at hand. */
  find(tenant: Tenant): Definitions | undefined
  /** As of the newest commit. */
  current(tenant: Tenant): Promise<Definitions>
  /** As they were when they were last asked for: for what makes no use of own ones. */
  latest(tenant: Tenant): Definitions
}

const READ_MS = 10_000

/** Most tenants have none: what is made of definitions is made once for them all. */
const none = new WeakMap<Definitions, Definitions>()

export function createOwnDefinitions(
  base: DefinitionsProvider,
  { parameters, clock }: { readonly parameters: ParameterSource; readonly clock: Clock },
): OwnDefinitions {
  const known = new Map<Tenant, Definitions>()
  const loading = new Map<string, Promise<Definitions>>()

  const withNone = (tenant: Tenant): Definitions => {
    const its = base.for(tenant)
    const found = none.get(its) ?? withOwn({ revision: 0, parameters: [], base: its })
    none.set(its, found)
    return found
  }
  const knownAs = (tenant: Tenant, revision: number): Definitions | undefined => {
    if (revision === 0) return withNone(tenant)
    const found = known.get(tenant)
    return found?.own?.revision === revision ? found : undefined
  }
  const load = async (tenant: Tenant): Promise<Definitions> => {
    const its = base.for(tenant)
    const { revision, versions } = await parameters.read(tenant, clock.now() + READ_MS)
    const definitions = withOwn({ revision, parameters: inForce(its, versions), base: its })
    const before = known.get(tenant)?.own?.revision ?? 0
    if (before < revision) known.set(tenant, definitions)
    return definitions
  }
  return {
    find(tenant) {
      const revision = parameters.revisionAtHand(tenant)
      return revision === undefined ? undefined : knownAs(tenant, revision)
    },
    async current(tenant) {
      const revision = parameters.revisionAtHand(tenant) ?? (await parameters.revision(tenant, clock.now() + READ_MS))
      const found = knownAs(tenant, revision)
      if (found) return found
      const name = JSON.stringify([tenant, revision])
      const underWay = loading.get(name) ?? load(tenant).finally(() => loading.delete(name))
      loading.set(name, underWay)
      return underWay
    },
    latest: tenant => known.get(tenant) ?? withNone(tenant),
  }
}

/** Of two that came at the same moment for one code, the one of the lesser id: every thread has to decide alike. */
function inForce(base: Definitions, stored: readonly StoredVersion[]): readonly OwnParameter[] {
  const taken = new Set<string>()
  const own: OwnParameter[] = []
  for (const version of stored.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const content = parseStoredDefinition(version)
    const code = String(content.code)
    const byType = compileOwn(base, content)?.byType
    if (!byType) continue
    const types = [...byType.keys()]
    if (types.some(type => base.searchParameters(type).has(code) || taken.has(`${type}.${code}`))) continue
    for (const type of types) taken.add(`${type}.${code}`)
    own.push({ id: version.id, versionId: version.versionId, code, url: String(content.url), byType })
  }
  return own
}

function withOwn(own: OwnParameters): Definitions {
  const { base } = own
  const byType = new Map<string, ReadonlyMap<string, SearchParameter>>()
  const searchParameters = (type: string): ReadonlyMap<string, SearchParameter> => {
    const known = byType.get(type)
    if (known) return known
    const ofBase = base.searchParameters(type)
    const added = own.parameters.flatMap(({ code, byType: its }) => {
      const parameter = its.get(type)
      return parameter ? [[code, parameter] as const] : []
    })
    const all = added.length === 0 ? ofBase : new Map([...ofBase, ...added])
    byType.set(type, all)
    return all
  }
  // On top of the others, so that none of their tables is read for this.
  const definitions = Object.assign(Object.create(base) as Definitions, { own })
  return own.parameters.length === 0 ? definitions : Object.assign(definitions, { searchParameters })
}
