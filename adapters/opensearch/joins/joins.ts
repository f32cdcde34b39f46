/**
 * Chains and `_has`, which the engine doesn't know, by semi-joins: the ends of a join are found first and become a list
 * of values (from its far side), or candidates are found first and their ends are looked at (from the near side),
 * whichever are fewer.
 */
import type { ChainNode, HasNode, Query } from '#service/search/ast.ts'
import { containedType, inContained, isContainedId } from '#service/search/contained.ts'
import { parameterKey } from '../document/parameter-key.ts'
import { linkKeyword, linkStart } from '../document/terms.ts'
import { allOf, type Clause, terms } from '../query/clause.ts'
import { compileNode, type JoinNode } from '../query/compile.ts'
import { sortTerms } from '../query/sort-terms.ts'
import type { EngineHit, IndexReader } from '../search/index-reader.ts'
import type { JoinBudget } from './join-budget.ts'
import { joinsOf, widened } from './widen.ts'

/** A query in the engine's language. */
export interface Resolved {
  /** Holds for what satisfies the query; where joins are open, for more than that. */
  readonly clause: Clause
  /** Joins with too many ends to be followed from their far side. */
  readonly open: readonly JoinNode[]
  readonly answers: ReadonlyMap<JoinNode, Clause>
}

const BY_ID = sortTerms('', [])

export class Joins {
  readonly #reader: IndexReader
  readonly #budget: JoinBudget
  readonly #resolved = new Map<Query, Promise<Resolved>>()
  /** Chains from resources and from contained ones lead to the same ends. */
  readonly #ends = new Map<Query, Promise<string[] | undefined>>()

  constructor(reader: IndexReader, budget: JoinBudget) {
    this.#reader = reader
    this.#budget = budget
  }

  resolve(query: Query): Promise<Resolved> {
    const known = this.#resolved.get(query) ?? this.#resolve(query)
    this.#resolved.set(query, known)
    return known
  }

  /** Which of these resources, a batch at most, satisfy the query. */
  async confirm(query: Query, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set()
    const { open, answers } = await this.resolve(query)
    const complete = new Map(answers)
    await Promise.all(
      open.map(async join => {
        const near = join.kind === 'chain' ? await this.#chained(join, query, ids) : await this.#had(join, query, ids)
        complete.set(join, terms('id', near))
      }),
    )
    const { hits } = await this.#page(query, { clause: allOf([terms('id', ids), compiled(query, complete)]) })
    return new Set(hits.map(hit => hit.id))
  }

  async #resolve(query: Query): Promise<Resolved> {
    const joins = [...new Set(joinsOf(query.where))]
    const answers = new Map<JoinNode, Clause>()
    const isNearSideSmall = once(() => this.#isSmall(query, joins))
    await Promise.all(
      joins.map(async join => {
        const far =
          join.kind === 'chain' ? this.#targets(join, isNearSideSmall) : this.#pointedTo(join, query, isNearSideSmall)
        const ends = await far
        if (!ends) return
        const key = parameterKey(join.parameter)
        const values = join.kind === 'chain' ? ends.map(id => linkKeyword(key, targetType(join.query, id), id)) : ends
        answers.set(join, terms(join.kind === 'chain' ? 'link' : 'id', values))
      }),
    )
    return { clause: compiled(query, answers), open: joins.filter(join => !answers.has(join)), answers }
  }

  /** Whether what the query finds without its joins is no more than a batch. */
  async #isSmall(query: Query, joins: readonly JoinNode[]): Promise<boolean> {
    const { batch } = this.#budget.limits
    const where = widened(query.where, new Set(joins))
    const { total } = await this.#reader.page({
      type: query.type,
      clause: compiled({ ...query, where }, new Map()),
      terms: BY_ID,
      size: 0,
      count: batch + 1,
    })
    return total <= batch
  }

  /** The far ends of a chain; undefined where they are too many, or the near side is smaller. */
  #targets({ query }: ChainNode, isNearSideSmall: () => Promise<boolean>): Promise<string[] | undefined> {
    const known = this.#ends.get(query) ?? this.#findTargets(query, isNearSideSmall)
    this.#ends.set(query, known)
    return known
  }

  async #findTargets(query: Query, isNearSideSmall: () => Promise<boolean>): Promise<string[] | undefined> {
    const ids: string[] = []
    const far = { query, contained: inContained(query) }
    const whole = await this.#eachFar(far, isNearSideSmall, hits => ids.push(...hits.map(hit => hit.id)))
    return whole ? ids : undefined
  }

  /** What satisfying sources of a `_has` point to; undefined as above. */
  async #pointedTo(
    { parameter, query }: HasNode,
    near: Query,
    isNearSideSmall: () => Promise<boolean>,
  ): Promise<string[] | undefined> {
    const { clause, open } = await this.resolve(query)
    const start = linkStart(parameterKey(parameter), near.type)
    if (open.length > 0) {
      const ids = new Set<string>()
      const whole = await this.#eachFar({ query }, isNearSideSmall, hits => addEnds(ids, hits, start))
      return whole ? [...ids] : undefined
    }
    const { batch, endsMax, gatheredMax } = this.#budget.limits
    const { total } = await this.#reader.page({ ...this.#request(query, clause), size: 0, count: gatheredMax + 1 })
    if (total > gatheredMax || (total > batch && (await isNearSideSmall()))) return undefined
    this.#budget.spend()
    const request = { type: query.type, clause, parameter, targetType: near.type }
    const ids = total === 0 ? [] : await this.#reader.targets({ ...request, size: endsMax + 1 })
    return ids.length > endsMax ? undefined : ids
  }

  /** Goes through what satisfies the query behind a join. Gives whether it did; if not, they are too many. */
  async #eachFar(
    { query, contained }: FarSide,
    isNearSideSmall: () => Promise<boolean>,
    visit: (hits: readonly EngineHit[]) => void,
  ): Promise<boolean> {
    const { batch, endsMax } = this.#budget.limits
    const [{ clause, open }, inside] = await Promise.all([this.resolve(query), contained && this.resolve(contained)])
    const isOpen = open.length > 0 || (inside !== undefined && inside.open.length > 0)
    let after: EngineHit | undefined
    do {
      const count = after ? undefined : endsMax + 1
      const { hits, total } = await this.#page(query, { clause, contained: inside?.clause, after, count })
      if (count && (total > endsMax || (total > batch && (await isNearSideSmall())))) return false
      const ids = hits.map(hit => hit.id)
      // Of a `_has`, the query may be one of contained resources itself.
      const confirm = () => (contained ? this.#confirmTargets(query, ids) : this.confirm(query, ids))
      const confirmed = isOpen ? await confirm() : undefined
      visit(confirmed ? hits.filter(hit => confirmed.has(hit.id)) : hits)
      after = hits.length === batch ? hits.at(-1) : undefined
    } while (after)
    return true
  }

  /** Those of these resources that have a target which satisfies the chain. */
  async #chained({ parameter, query }: ChainNode, near: Query, ids: readonly string[]): Promise<string[]> {
    const key = parameterKey(parameter)
    const starts = [linkStart(key, query.type), linkStart(key, containedType(query.type))]
    const { hits } = await this.#page(near, { clause: terms('id', ids) })
    const targets = new Set<string>()
    for (const start of starts) addEnds(targets, hits, start)
    const confirmed = new Set<string>()
    for (const some of batchesOf([...targets], this.#budget.limits.batch)) {
      for (const id of await this.#confirmTargets(query, some)) confirmed.add(id)
    }
    const leads = (hit: EngineHit) => starts.some(start => endsOf(hit, start).some(id => confirmed.has(id)))
    return hits.filter(leads).map(hit => hit.id)
  }

  /** Which ends of a chain satisfy its query: contained ones what it means of them. */
  async #confirmTargets(query: Query, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const [inside, outside] = await Promise.all([
      this.confirm(inContained(query), ids.filter(isContainedId)),
      this.confirm(
        query,
        ids.filter(id => !isContainedId(id)),
      ),
    ])
    return outside.union(inside)
  }

  /** Those of these resources that a source points to which satisfies the `_has`. */
  async #had({ parameter, query }: HasNode, near: Query, ids: readonly string[]): Promise<string[]> {
    const key = parameterKey(parameter)
    const { clause, open } = await this.resolve(query)
    const pointing = allOf([
      terms(
        'link',
        ids.map(id => linkKeyword(key, near.type, id)),
      ),
      clause,
    ])
    if (open.length === 0) {
      this.#budget.spend()
      const request = { type: query.type, clause: pointing, parameter, targetType: near.type }
      return this.#reader.targets({ ...request, among: ids, size: ids.length })
    }
    const found = new Set<string>()
    let after: EngineHit | undefined
    do {
      const { hits } = await this.#page(query, { clause: pointing, after })
      const confirmed = await this.confirm(
        query,
        hits.map(hit => hit.id),
      )
      addEnds(
        found,
        hits.filter(hit => confirmed.has(hit.id)),
        linkStart(key, near.type),
      )
      after = hits.length === this.#budget.limits.batch && !ids.every(id => found.has(id)) ? hits.at(-1) : undefined
    } while (after)
    return ids.filter(id => found.has(id))
  }

  /** A batch of what the clause finds, by id. */
  #page(query: Query, { clause, contained, after, count }: Batch) {
    this.#budget.spend()
    const request = { ...this.#request(query, clause), contained, after: after?.position }
    return this.#reader.page({ ...request, ...(count && { count }) })
  }

  #request = ({ type }: Query, clause: Clause) =>
    ({ type, clause, terms: BY_ID, size: this.#budget.limits.batch, links: true }) as const
}

interface Batch {
  readonly clause: Clause
  readonly contained?: Clause | undefined
  readonly after?: EngineHit | undefined
  readonly count?: number | undefined
}

/** What lies behind a join; contained resources behind chains alone. */
interface FarSide {
  readonly query: Query
  readonly contained?: Query
}

const targetType = ({ type }: Query, id: string): string => (isContainedId(id) ? containedType(type) : type)

/** The query with its joins answered; what is not answered lets more through. */
function compiled({ type, where }: Query, answers: ReadonlyMap<JoinNode, Clause>): Clause {
  const open = new Set(joinsOf(where).filter(join => !answers.has(join)))
  const joined = (join: JoinNode): Clause => answers.get(join) ?? terms('id', [])
  return compileNode(open.size === 0 ? where : widened(where, open), { type, joined })
}

const endsOf = ({ links }: EngineHit, start: string): string[] =>
  links.filter(link => link.startsWith(start)).map(link => link.slice(start.length))

function addEnds(ids: Set<string>, hits: readonly EngineHit[], start: string): void {
  for (const hit of hits) for (const id of endsOf(hit, start)) ids.add(id)
}

function* batchesOf(ids: readonly string[], size: number): Iterable<readonly string[]> {
  for (let start = 0; start < ids.length; start += size) yield ids.slice(start, start + size)
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
