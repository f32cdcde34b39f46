/** Criteria that are no search parameter of a resource type. R4 search.html#all */
import type { Node } from './ast.ts'
import { splitUnescaped, unescapeValue } from './escapes.ts'
import { FILTER_PARAMETER, parseFilter } from './filter.ts'
import type { CriterionContext } from './parse-criterion.ts'
import { ignorable, malformed, notTaken, type Problem, quoted } from './problems.ts'
import { isLogicalId } from './reference-value.ts'
import { parseTextQuery } from './text-query.ts'

/** The node, or undefined with at least one problem added. */
type SpecialParser = (
  context: CriterionContext,
  type: string,
  name: string,
  value: string,
  problems: Problem[],
) => Node | undefined

/** undefined: the name is that of a search parameter, if it is known at all. */
export const specialOf = (name: string): SpecialParser | undefined => {
  if (!name.startsWith('_')) return undefined
  const colon = name.indexOf(':')
  if (colon < 0) return SPECIALS.get(name)
  const keyword = name.slice(0, colon)
  return SPECIALS.has(keyword) ? refuseModifier(keyword) : undefined
}

const SPECIALS: ReadonlyMap<string, SpecialParser> = new Map<string, SpecialParser>([
  [FILTER_PARAMETER, (context, type, _name, value, problems) => parseFilter(context, type, value, problems)],
  ['_list', parseList],
  ['_text', wordsParser('narrative')],
  ['_content', wordsParser('content')],
  ['_query', refuse("names no query that this server has: only searches by parameters and '_filter'")],
  ['_type', refuse('goes with a search of several types: GET [base]?_type=Patient,Observation&...')],
])

function refuse(what: string): SpecialParser {
  return (_context, _type, name, _value, problems) => {
    problems.push(ignorable(name, `Parameter '${name}' ${what}`, 'not-supported'))
    return undefined
  }
}

const refuseModifier =
  (keyword: string): SpecialParser =>
  (_context, _type, name, _value, problems) => {
    problems.push(malformed(name, `Parameter '${name}': ${keyword} takes no modifier`, 'not-supported'))
    return undefined
  }

const WORDS_MAX = 50

function wordsParser(within: 'narrative' | 'content'): SpecialParser {
  return (_context, _type, name, value, problems) => {
    const query = parseTextQuery(value, within)
    if (query && query.wordCount <= WORDS_MAX) return query.node
    problems.push(notTaken(name, value, `words of letters or digits, ${WORDS_MAX} at the most`))
    return undefined
  }
}

/** Lists named in one search, each a join of its own kind. */
const LISTS_MAX = 50

/** R4 search.html#list: resources that an entry of one of these lists refers to. */
function parseList(
  { definitions }: CriterionContext,
  _type: string,
  name: string,
  value: string,
  problems: Problem[],
): Node | undefined {
  const ids = splitUnescaped(value, ',').map(piece => unescapeValue(piece).replace(/^List\//, ''))
  const functional = ids.find(id => id.startsWith('$'))
  if (functional !== undefined) {
    const diagnostics = `Parameter '${name}': this server computes no functional list ${quoted(functional)}; name stored lists by id`
    problems.push(malformed(name, diagnostics, 'not-supported'))
    return undefined
  }
  const odd = ids.find(id => !isLogicalId(id))
  const item = definitions.searchParameters('List').get('item')
  if (odd !== undefined || !item || ids.length > LISTS_MAX) {
    problems.push(notTaken(name, odd ?? value, `the ids of up to ${LISTS_MAX} lists`))
    return undefined
  }
  return { kind: 'has', parameter: item, query: { type: 'List', where: { kind: 'id', ids } } }
}
