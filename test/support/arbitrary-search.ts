/** Random searches over a random corpus, and the reference answer that engines are compared with. */
import fc from 'fast-check'
import type { Definitions } from '#service/definitions.ts'
import type { Node, ParameterReference, Query, SortKey } from '#service/search/ast.ts'
import { containedId, containedParameter, isContainedType, plainType } from '#service/search/contained.ts'
import type { IndexDocument, IndexValue, WordPlace } from '#service/search/document.ts'
import { evaluateQuery, type Lookup, valuesOf } from '#service/search/evaluate.ts'
import { extract } from '#service/search/extract.ts'
import { distinctWords } from '#service/search/normalize.ts'
import { scoreKey } from '#service/search/score.ts'
import { compareDocuments } from '#service/search/sort.ts'
import { arbitraryValueNode } from './arbitrary-nodes.ts'
import { arbitraryResources, BASE_URL, CORPUS_TYPES } from './arbitrary-resources.ts'

/** Index documents of random resources, all of them the newest versions. */
export const arbitraryCorpus = (definitions: Definitions): fc.Arbitrary<readonly IndexDocument[]> =>
  fc
    .tuple(arbitraryResources, fc.array(fc.constantFrom(0, 1, 86_400_000, 1_358_157_600_000), { minLength: 1 }))
    .map(([resources, times]) =>
      resources.map((resource, index) => {
        const lastUpdated = times[index % times.length] ?? 0
        return extract(definitions, resource, { versionId: 1 + (index % 3), lastUpdated, baseUrl: BASE_URL })
      }),
    )

/** A query of a type in the corpus, made of values that occur in it or nearly do, with joins up to `depth` deep. */
export function arbitraryQuery(
  definitions: Definitions,
  corpus: readonly IndexDocument[],
  depth = 3,
): fc.Arbitrary<Query> {
  const world = worldOf(definitions, corpus)
  const outside = world.types.filter(type => !isContainedType(type))
  const types = [...outside, ...outside, ...outside, ...world.types.filter(isContainedType)]
  return fc.constantFrom(...types).chain(type => queryOf(world, type, depth))
}

/** Up to three sort keys of the type, most of them parameters with values in the corpus. */
export function arbitrarySort(
  definitions: Definitions,
  corpus: readonly IndexDocument[],
  type: string,
): fc.Arbitrary<readonly SortKey[]> {
  const world = worldOf(definitions, corpus)
  const parameter = fc.oneof(
    { weight: 9, arbitrary: parameterOf(world, type) },
    { weight: 1, arbitrary: lengthOf(type) },
  )
  const own = fc.record({ parameter, descending: fc.boolean() })
  const hops = [...world.references(type)].flatMap(([parameter, targets]) =>
    [...targets].filter(target => !isContainedType(target)).map(target => ({ parameter, target })),
  )
  if (hops.length === 0) return fc.array(own, { maxLength: 3 })
  const chained = fc.constantFrom(...hops).chain(({ parameter: reference, target }) =>
    fc.record({
      parameter: parameterOf(world, target),
      descending: fc.boolean(),
      through: fc.record({ parameter: fc.constant(reference), query: queryOf(world, target, 0) }),
    }),
  )
  return fc.array(fc.oneof({ weight: 4, arbitrary: own }, { weight: 1, arbitrary: chained }), { maxLength: 3 })
}

const lengthOf = (type: string): fc.Arbitrary<ParameterReference> =>
  fc.constantFrom<WordPlace>('narrative', 'content').map(within => {
    const { parameter } = scoreKey(plainType(type), { within, soughtLength: 1 }, false)
    return isContainedType(type) ? containedParameter(parameter) : parameter
  })

/** The reference: documents that match, sorted, ties in the order of the corpus. */
export function searchInMemory(
  documents: readonly IndexDocument[],
  query: Query,
  sort: readonly SortKey[],
): IndexDocument[] {
  const lookup = lookupIn(documents)
  return withContained(documents)
    .filter(document => evaluateQuery(query, document, lookup))
    .sort(compareDocuments(sort, lookup))
}

/** Whether no document comes before one that the sort puts ahead of it: engines break ties by a key of their own. */
export function isSorted(
  documents: readonly IndexDocument[],
  sort: readonly SortKey[],
  corpus: readonly IndexDocument[],
): boolean {
  const compare = compareDocuments(sort, lookupIn(corpus))
  return documents.every((document, index) => {
    const before = documents[index - 1]
    return before === undefined || compare(before, document) <= 0
  })
}

/** Each document, and behind it what is contained in it. */
export const withContained = (documents: readonly IndexDocument[]): IndexDocument[] =>
  documents.flatMap(document => [document, ...(document.contained ?? [])])

/**
 * An older version of a document: the values of another one, and of what it contains one that the newer has not any
 * more, behind those that it has.
 */
export function olderVersion(document: IndexDocument, other: IndexDocument, versionId: number): IndexDocument {
  const { id } = document
  const [gone] = other.contained ?? []
  const dropped = gone ? [{ ...gone, id: containedId(document, 'gone') }] : []
  const contained = [...(document.contained ?? []), ...dropped].map(inside => ({ ...inside, versionId }))
  return { ...other, id, versionId, contained: contained.length > 0 ? contained : undefined }
}

/** The documents as the only resources that there are. */
export function lookupIn(containers: readonly IndexDocument[]): Lookup {
  const documents = withContained(containers)
  return {
    find: (type, id) => documents.find(document => document.type === type && document.id === id),
    referring: (parameter, target) =>
      documents.filter(
        document =>
          document.type === parameter.resourceType &&
          valuesOf(document, parameter).some(
            value => value.kind === 'reference' && value.type === target.type && value.id === target.id,
          ),
      ),
  }
}

interface World {
  readonly definitions: Definitions
  readonly corpus: readonly IndexDocument[]
  /** Resource types in the corpus. */
  readonly types: readonly string[]
  /** Values in the corpus by parameter. */
  readonly values: ReadonlyMap<ParameterReference, readonly IndexValue[]>
  /** The types that the references of a type point to, by parameter. */
  references(type: string): ReadonlyMap<ParameterReference, ReadonlySet<string>>
}

const worlds = new WeakMap<readonly IndexDocument[], World>()

/** One of each corpus, which is made by the same definitions. */
function worldOf(definitions: Definitions, containers: readonly IndexDocument[]): World {
  const world = worlds.get(containers) ?? newWorld(definitions, withContained(containers))
  worlds.set(containers, world)
  return world
}

function newWorld(definitions: Definitions, corpus: readonly IndexDocument[]): World {
  const types = [...new Set(corpus.map(document => document.type))]
  const values = new Map<ParameterReference, IndexValue[]>()
  for (const entry of corpus.flatMap(document => document.entries)) {
    const known = values.get(entry.parameter)
    if (known) known.push(...entry.values)
    else values.set(entry.parameter, [...entry.values])
  }
  const references = new Map(types.map(type => [type, referencesFrom(corpus, type)]))
  return { definitions, corpus, types, values, references: type => references.get(type) ?? new Map() }
}

const queryOf = (world: World, type: string, depth: number): fc.Arbitrary<Query> =>
  nodeOf(world, type, depth).map(where => ({ type, where }))

function nodeOf(world: World, type: string, depth: number): fc.Arbitrary<Node> {
  const leaf = leafOf(world, type)
  if (depth === 0) return leaf
  const child = nodeOf(world, type, depth - 1)
  return fc.oneof(
    { weight: 6, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(child, { maxLength: 3 }).map(nodes => ({ kind: 'and', nodes }) as const) },
    { weight: 3, arbitrary: fc.array(child, { maxLength: 3 }).map(nodes => ({ kind: 'or', nodes }) as const) },
    { weight: 1, arbitrary: child.map(node => ({ kind: 'not', node }) as const) },
    ...joins(world, type, depth).map(arbitrary => ({ weight: 2, arbitrary })),
  )
}

function leafOf(world: World, type: string): fc.Arbitrary<Node> {
  const ids = world.corpus.map(document => document.id)
  const compartments = world.corpus.flatMap(document => document.compartments)
  const parameter = searchedOf(world, type)
  return fc.oneof(
    { weight: 16, arbitrary: parameter.chain(chosen => valueNodeOf(world, chosen)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(parameterOf(world, type), fc.boolean())
        .map(([chosen, missing]) => ({ kind: 'missing', parameter: chosen, missing }) as const),
    },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.constantFrom(...ids, 'none'), { maxLength: 3 })
        .map(some => ({ kind: 'id', ids: some }) as const),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...compartments, 'Patient/none')
        .map(compartment => ({ kind: 'compartment', compartment }) as const),
    },
    { weight: 2, arbitrary: wordsNode(world.corpus) },
    { weight: 1, arbitrary: fc.constantFrom<Node>({ kind: 'everything' }, { kind: 'nothing' }) },
  )
}

function wordsNode(corpus: readonly IndexDocument[]): fc.Arbitrary<Node> {
  const words = corpus.flatMap(({ words }) => [...distinctWords(`${words?.narrative} ${words?.content}`)])
  return fc
    .tuple(
      fc.constantFrom('narrative' as const, 'content' as const),
      fc.array(fc.constantFrom(...words, 'nowhere'), { minLength: 1, maxLength: 3 }),
    )
    .map(([within, its]) => ({ kind: 'words', within, words: its }))
}

function valueNodeOf(world: World, parameter: ParameterReference): fc.Arbitrary<Node> {
  const values = world.values.get(parameter) ?? []
  const missing = { kind: 'missing', parameter, missing: false } as const
  return values.length === 0
    ? fc.constant(missing)
    : fc.constantFrom(...values).chain(value => arbitraryValueNode(parameter, value))
}

/** Chains along the references that the corpus has, and `_has` against them; each built only when it is drawn. */
function joins(world: World, type: string, depth: number): fc.Arbitrary<Node>[] {
  const found: (() => fc.Arbitrary<Node>)[] = []
  for (const [parameter, targets] of world.references(type)) {
    for (const target of new Set([...targets].map(plainType))) {
      found.push(() => queryOf(world, target, depth - 1).map(query => ({ kind: 'chain', parameter, query })))
    }
  }
  for (const source of world.types) {
    for (const [parameter, targets] of world.references(source)) {
      if (!targets.has(type)) continue
      found.push(() => queryOf(world, source, depth - 1).map(query => ({ kind: 'has', parameter, query })))
    }
  }
  return found.length === 0 ? [] : [fc.constantFrom(...found).chain(build => build())]
}

function referencesFrom(corpus: readonly IndexDocument[], type: string): Map<ParameterReference, Set<string>> {
  const found = new Map<ParameterReference, Set<string>>()
  for (const document of corpus) {
    if (document.type !== type) continue
    for (const { parameter, values } of document.entries) {
      for (const value of values) {
        if (value.kind !== 'reference' || value.type === undefined || !isCorpusType(plainType(value.type))) continue
        const targets = found.get(parameter) ?? new Set()
        found.set(parameter, targets.add(value.type))
      }
    }
  }
  return found
}

const isCorpusType = (type: string): boolean => (CORPUS_TYPES as readonly string[]).includes(type)

/** Also what the corpus has values of for modifiers and composites. */
function searchedOf(world: World, type: string): fc.Arbitrary<ParameterReference> {
  const others = [...world.values.keys()].filter(
    ({ resourceType, derived, kind }) => resourceType === type && (derived || kind === 'special'),
  )
  const plain = parameterOf(world, type)
  return others.length === 0
    ? plain
    : fc.oneof({ weight: 3, arbitrary: plain }, { weight: 2, arbitrary: fc.constantFrom(...others) })
}

/** Nine times in ten a parameter with values in the corpus. */
function parameterOf(world: World, type: string): fc.Arbitrary<ParameterReference> {
  const plain = [...world.definitions.searchParameters(plainType(type)).values()].filter(
    ({ kind }) => kind !== 'composite' && kind !== 'special',
  )
  const all = isContainedType(type) ? plain.map(containedParameter) : plain
  const used = all.filter(parameter => world.values.has(parameter))
  const any = fc.constantFrom(...all)
  return used.length === 0
    ? any
    : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...used) }, { weight: 1, arbitrary: any })
}
