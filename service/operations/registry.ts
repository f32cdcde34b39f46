/** Which operations this service runs. What is here is served, listed in the statement and defined; nothing else is. */
import { type Fault, fault } from '../fault.ts'
import { invariant } from '../invariant.ts'
import { nearHint } from '../search/near-names.ts'
import { DOCREF } from './docref.ts'
import { ENCOUNTER_EVERYTHING, PATIENT_EVERYTHING } from './everything.ts'
import { GRAPHQL } from './graphql.ts'
import { LASTN } from './lastn.ts'
import { META, META_ADD, META_DELETE } from './meta.ts'
import type { Operation, OperationLevel } from './operation.ts'
import { VALIDATE } from './validate.ts'

/** A line for each; each is declared in its own file. */
export const BASE_OPERATIONS: readonly Operation[] = [
  VALIDATE,
  PATIENT_EVERYTHING,
  ENCOUNTER_EVERYTHING,
  LASTN,
  DOCREF,
  META,
  META_ADD,
  META_DELETE,
  GRAPHQL,
]

export interface OperationTarget {
  readonly type?: string
  readonly id?: string
  readonly versionId?: string
}

export interface OperationRegistry {
  readonly all: readonly Operation[]
  /** By the logical id of its OperationDefinition. */
  byId(id: string): Operation | undefined
  /** @throws Fault not-found where there is no such operation, or it is not for this target. */
  get(name: string, target: OperationTarget): Operation
}

export function operationRegistry(operations: readonly Operation[]): OperationRegistry {
  const byId = new Map(operations.map(operation => [operation.id, operation]))
  invariant(byId.size === operations.length, 'two operations have one id')
  return {
    all: operations,
    byId: id => byId.get(id),
    get(name, target) {
      const named = operations.filter(operation => operation.name === name)
      const found = named.find(operation => isFor(operation, target))
      if (!found) throw notOffered(name, named, operations)
      return found
    },
  }
}

function levelOf({ type, id, versionId }: OperationTarget): OperationLevel {
  if (type === undefined) return 'system'
  if (id === undefined) return 'type'
  return versionId === undefined ? 'instance' : 'version'
}

const isFor = ({ levels, types }: Operation, target: OperationTarget): boolean =>
  levels.includes(levelOf(target)) && (target.type === undefined || types === 'Resource' || types.includes(target.type))

function notOffered(name: string, named: readonly Operation[], all: readonly Operation[]): Fault {
  const options = { code: 'not-supported' } as const
  if (named.length === 0) {
    const near = nearHint(name, new Set(all.map(operation => operation.name)))
    return fault('not-found', `The operation $${name} is not offered here${near}`, options)
  }
  const places = named.flatMap(addressesOf)
  return fault(
    'not-found',
    `The operation $${name} is not offered at this address, but at ${places.join(', ')}`,
    options,
  )
}

/** `/$graphql`, `/Patient/[id]/$everything` */
function addressesOf({ name, levels, types }: Operation): string[] {
  const names = types === 'Resource' ? ['[type]'] : types
  return levels.flatMap(level =>
    level === 'system' ? [`/$${name}`] : names.map(type => `/${type}${BELOW[level]}/$${name}`),
  )
}

const BELOW: Readonly<Record<Exclude<OperationLevel, 'system'>, string>> = {
  type: '',
  instance: '/[id]',
  version: '/[id]/_history/[version]',
}
