/** Codes by system, as value sets are made of. A system may belong as a whole, without its codes being listed. */
import { fault } from '../fault.ts'
import type { CodeSelection } from './answers.ts'

export type CodeSet = ReadonlyMap<string, ReadonlySet<string> | 'every'>

/** Of a value set or a branch: engines look codes up as one list. */
const CODES_MAX = 10_000

export const EMPTY: CodeSet = new Map()

export const codesOf = (system: string, codes: Iterable<string>): CodeSet => new Map([[system, new Set(codes)]])

export const everyCode = (system: string): CodeSet => new Map([[system, 'every']])

/** @throws Fault too-costly above CODES_MAX. */
export function union(left: CodeSet, right: CodeSet): CodeSet {
  const result = new Map(left)
  for (const [system, codes] of right) {
    const known = result.get(system)
    result.set(system, known === 'every' || codes === 'every' ? 'every' : known ? known.union(codes) : codes)
  }
  return limited(result)
}

export function intersection(left: CodeSet, right: CodeSet): CodeSet {
  const result = new Map<string, ReadonlySet<string> | 'every'>()
  for (const [system, codes] of left) {
    const others = right.get(system)
    if (!others) continue
    result.set(system, codes === 'every' ? others : others === 'every' ? codes : codes.intersection(others))
  }
  return result
}

/** undefined: a system belongs as a whole but for some codes, and is not listed. */
export function difference(left: CodeSet, right: CodeSet): CodeSet | undefined {
  const result = new Map<string, ReadonlySet<string> | 'every'>()
  for (const [system, codes] of left) {
    const others = right.get(system)
    if (others === 'every') continue
    if (!others || others.size === 0) result.set(system, codes)
    else if (codes === 'every') return undefined
    else result.set(system, codes.difference(others))
  }
  return result
}

/** @throws Fault too-costly above CODES_MAX. */
export function limited(set: CodeSet): CodeSet {
  let count = 0
  for (const codes of set.values()) if (codes !== 'every') count += codes.size
  if (count > CODES_MAX) throw fault('too-costly', `has more than ${CODES_MAX} codes, which is the limit of a search`)
  return set
}

export function selectionOf(set: CodeSet): CodeSelection {
  const systems: string[] = []
  const codes: { system: string; code: string }[] = []
  for (const [system, members] of set) {
    if (members === 'every') systems.push(system)
    else for (const code of members) codes.push({ system, code })
  }
  return { systems, codes }
}
