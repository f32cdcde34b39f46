import { fault } from '#service/fault.ts'
import type {
  ComponentNode,
  CompositeNode,
  ReferenceNode,
  StringNode,
  TokenNode,
  UriNode,
} from '#service/search/ast.ts'
import { basesOf } from '#service/search/uri-below.ts'
import { componentUnit } from '../document/composite-objects.ts'
import { parameterKey } from '../document/parameter-key.ts'
import {
  codeKeyword,
  keyword,
  linkKeyword,
  systemKeyword,
  targetKeyword,
  tokenKeyword,
  unitKeyword,
} from '../document/terms.ts'
import { startKeyword, wholeKeyword } from '../document/text-blocks.ts'
import { ALL, allOf, anyOf, type Clause, NONE, nested, prefix, range, term, terms } from './clause.ts'
import { amountRange, dateRange, type Ends } from './ranges.ts'

/** One object satisfies all components. What is in it is said by composite-objects.ts. */
export const compositeClause = ({ parameter, components }: CompositeNode): Clause =>
  nested(
    'composite',
    allOf([
      term('composite.key', parameterKey(parameter)),
      ...components.flatMap((component, index) => (component ? componentClause(component, index) : [])),
    ]),
  )

function componentClause(node: ComponentNode, component: number): Clause {
  const key = String(component)
  const ends: Ends = {
    low: bounds => range(`composite.low${component}`, bounds),
    high: bounds => range(`composite.high${component}`, bounds),
  }
  switch (node.kind) {
    case 'token':
      return tokenTerm(key, node)
    case 'string':
      return stringTerm(key, node)
    case 'uri':
      return uriTerm(key, node)
    case 'reference':
      return referenceTerm(key, node)
    case 'date':
      return dateRange(node, ends)
    case 'number':
      return amountRange(node, ends)
    case 'quantity': {
      const { system, code } = node
      const anyUnit = system === undefined && code === undefined
      const unit = anyUnit ? ALL : term('composite.term', componentUnit(key, unitKeyword(system, code)))
      return allOf([unit, amountRange(node, ends)])
    }
  }
}

/** An element without a value of each component is not kept: any code of any system is always there. */
function tokenTerm(key: string, { system, code }: TokenNode): Clause {
  if (code === undefined) return system === undefined ? ALL : term('composite.term', systemKeyword(key, system))
  return term('composite.term', system === undefined ? codeKeyword(key, code) : tokenKeyword(key, system, code))
}

/** R4 gives components no modifiers, so nothing but the start of a text is asked for. */
function stringTerm(key: string, { mode, value }: StringNode): Clause {
  if (mode === 'exact') return term('composite.term', keyword(key, 'e', value))
  if (mode === 'starts') return prefix('composite.term', startKeyword(key, value))
  throw fault('unsupported', 'A component of a composite parameter is searched by the start of its text only.')
}

function uriTerm(key: string, { mode, value }: UriNode): Clause {
  switch (mode) {
    case 'exact':
      return term('composite.term', wholeKeyword(key, value))
    case 'above':
      return terms(
        'composite.term',
        basesOf(value).map(base => wholeKeyword(key, base)),
      )
    case 'below': {
      const below = prefix('composite.term', startKeyword(key, value.endsWith('/') ? value : `${value}/`))
      return value.endsWith('/') ? below : anyOf([term('composite.term', wholeKeyword(key, value)), below])
    }
  }
}

function referenceTerm(key: string, { type, id, url, version }: ReferenceNode): Clause {
  if (url !== undefined) return term('composite.term', targetKeyword(key, 'url', url, version))
  if (id === undefined) return NONE
  if (type === undefined) return term('composite.term', targetKeyword(key, 'id', id, version))
  return version === undefined
    ? term('composite.term', linkKeyword(key, type, id))
    : term('composite.term', targetKeyword(key, 'link', `${type}/${id}`, version))
}
