/** Patient/$everything: one patient after the other, each with all of its compartment, in pages of bounded cost. */
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import { Fault, fault } from '../fault.ts'
import type { SearchResult } from '../fhir-service.ts'
import { read } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { CURSOR_PARAMETER } from '../search/page.ts'
import { compartmentPage, type Wanted } from './compartment-page.ts'

const TYPE = 'Patient'

/** Looked at for a page, which may come out short where they have little. */
const PATIENTS_A_PAGE = 10

/** Where a page begins. */
interface Place {
  /** Patients that were found and whose turn has not come, or not ended. */
  readonly ids: readonly string[]
  /** In the compartment of the first of them. */
  readonly within?: string
  /** In the search for patients; undefined: `ids` are the last. */
  readonly further?: string
}

/** Matches of one patient are never parted by those of another one, on a page or over pages. */
export async function everythingOfAll(context: ServiceContext, call: Call, wanted: Wanted): Promise<SearchResult> {
  const { pageSizeDefault, pageSizeMax } = context.limits
  const size = Math.min(wanted.count ?? pageSizeDefault, pageSizeMax)
  let place = wanted.cursor === undefined ? await patientsFrom(context, call) : placeOf(context, call, wanted.cursor)
  if (place.ids.length === 0 && place.further !== undefined) place = await patientsFrom(context, call, place.further)
  const page = new Page()
  while (place.ids.length > 0 && page.size < size) {
    const [id = '', ...others] = place.ids
    const { further } = place
    const behind: Place = { ids: others, ...(further !== undefined && { further }) }
    if (!(await isThere(context, call, id))) {
      place = behind
      continue
    }
    const bounds = { count: size - page.size, cursor: place.within }
    const found = await compartmentPage(context, call, { type: TYPE, id }, wanted, bounds)
    page.add(found)
    const within = found.next?.find(([name]) => name === CURSOR_PARAMETER)?.[1]
    place = within === undefined ? behind : { ...place, within }
    if (within !== undefined) break
  }
  const isOver = place.ids.length === 0 && place.further === undefined
  const next = isOver ? undefined : [[CURSOR_PARAMETER, sealed(context, call, place)] as const]
  return {
    ...page.content(),
    ...{ issues: [], total: undefined, countOnly: false, self: cursorOf(wanted), first: [] },
    next,
  }
}

const cursorOf = ({ cursor }: Wanted) => (cursor === undefined ? [] : [[CURSOR_PARAMETER, cursor] as const])

/** What is of several patients, or referred to by several, is on a page once: R4 bundle.html#bdl-7 */
class Page {
  readonly #matches = new Map<string, SearchResult['matches'][number]>()
  readonly #includes = new Map<string, SearchResult['includes'][number]>()

  get size(): number {
    return this.#matches.size
  }

  add({ matches, includes }: SearchResult): void {
    for (const match of matches) this.#matches.set(`${match.type}/${match.id}`, match)
    for (const include of includes) this.#includes.set(`${include.type}/${include.id}`, include)
  }

  content(): Pick<SearchResult, 'matches' | 'includes'> {
    const includes = [...this.#includes].flatMap(([name, include]) => (this.#matches.has(name) ? [] : [include]))
    return { matches: [...this.#matches.values()], includes }
  }
}

async function patientsFrom(context: ServiceContext, call: Call, cursor?: string): Promise<Place> {
  const { matches, next } = await search(context, call, {
    type: TYPE,
    parameters: [
      ['_count', String(PATIENTS_A_PAGE)],
      ...(cursor === undefined ? [] : [[CURSOR_PARAMETER, cursor] as const]),
    ],
  })
  const further = next?.find(([name]) => name === CURSOR_PARAMETER)?.[1]
  return { ids: matches.map(({ id }) => id), ...(further !== undefined && { further }) }
}

/** What was there when the page before was made may be gone by now, or hidden. */
async function isThere(context: ServiceContext, call: Call, id: string): Promise<boolean> {
  try {
    await read(context, call, { type: TYPE, id })
    return true
  } catch (error) {
    if (Fault.is(error) && (error.category === 'not-found' || error.category === 'gone')) return false
    throw error
  }
}

const KIND = 'everything'

const sealed = ({ ports: { sealer } }: ServiceContext, { tenant }: Call, place: Place): string =>
  sealer.seal(tenant, JSON.stringify([KIND, place]))

function placeOf({ ports: { sealer } }: ServiceContext, { tenant }: Call, cursor: string): Place {
  const text = sealer.open(tenant, cursor)
  const opened: unknown = text === undefined ? undefined : JSON.parse(text)
  if (Array.isArray(opened) && opened[0] === KIND) return opened[1] as Place
  throw fault('invalid', 'This is not a page cursor of this server: follow the links of the pages before.', {
    code: 'value',
    expression: [CURSOR_PARAMETER],
  })
}
