import type { Call } from '../call.ts'
import type { Node } from '../search/ast.ts'
import type { AccessPolicy, InteractionCode } from './policy.ts'
import type { RoleRule, Roles } from './roles.ts'

/**
 * Access by the roles of the caller: what none of them allows is forbidden, and of a type that none of them reads
 * nothing exists, be it by a chain, an include, a reverse list or in a bundle. Capabilities are for everybody: clients
 * read there where to log in (R4 http.html#capabilities).
 */
export function rolePolicy(roles: Roles): AccessPolicy {
  const compiled = new Map(Object.entries(roles).map(([role, rules]) => [role, rules.map(compile)]))
  const some = (call: Call, allows: (rule: CompiledRule) => boolean): boolean => {
    for (const role of call.caller.roles ?? []) if (compiled.get(role)?.some(allows)) return true
    return false
  }
  return Object.freeze<AccessPolicy>({
    permits: (call, interaction, type) =>
      interaction === 'capabilities' ||
      some(call, rule => rule.allows(interaction) && (type === undefined || rule.covers(type))),
    visible: (call, type) => (some(call, rule => rule.covers(type) && rule.reads) ? EVERYTHING : NOTHING),
  })
}

const EVERYTHING: Node = { kind: 'everything' }
const NOTHING: Node = { kind: 'nothing' }

interface CompiledRule {
  allows(interaction: InteractionCode): boolean
  covers(type: string): boolean
  /** Whether it lets resources be read, in whatever way. */
  readonly reads: boolean
}

function compile({ interactions, types }: RoleRule): CompiledRule {
  const allowed = interactions === 'all' ? undefined : new Set(interactions)
  const covered = types === 'all' ? undefined : new Set(types)
  return {
    allows: interaction => allowed?.has(interaction) ?? true,
    covers: type => covered?.has(type) ?? true,
    reads: !allowed || allowed.has('read') || allowed.has('search-type'),
  }
}
