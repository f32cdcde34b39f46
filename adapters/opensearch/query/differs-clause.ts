import { fault } from '#service/fault.ts'
import type { DiffersNode, ReferenceNode, TokenNode } from '#service/search/ast.ts'
import { ID_URL, parameterKey } from '../document/parameter-key.ts'
import { codeKeyword, linkKeyword, systemKeyword, targetKeyword, tokenKeyword } from '../document/terms.ts'
import { blockKeywords, isOneBlock, wholeKeyword } from '../document/text-blocks.ts'
import { ALL, anyOf, type Clause, type FieldPath, NONE, not, range, term } from './clause.ts'

/** Keywords of one parameter and one letter lie together: some value differs where one lies beside this one's. */
export function differsClause({ node }: DiffersNode, type: string): Clause {
  const key = parameterKey(node.parameter)
  switch (node.kind) {
    case 'token':
      return node.parameter.url === ID_URL ? otherId(node, type) : otherToken(key, node)
    case 'reference':
      return otherReference(key, node)
    case 'string':
      assertShort(node.value)
      return beside('string', `${key}p:`, `${key}p;`, wholeKeyword(key, node.value))
    case 'uri': {
      const [first = ''] = blockKeywords(key, node.value)
      const short = beside('uri', `${key}p:`, `${key}p;`, first)
      return isOneBlock(node.value) ? short : anyOf([short, others('uri', key, 'w', wholeKeyword(key, node.value))])
    }
  }
}

/** Only the beginning of a longer text is found by its keywords, not its end. */
export function assertShort(text: string): void {
  if (!isOneBlock(text))
    throw fault('too-costly', 'The text that a string is compared with as a whole may have 254 characters.')
}

function otherId({ parameter, system, code }: TokenNode, type: string): Clause {
  if (parameter.resourceType !== type) return NONE
  if (system !== undefined && system !== '') return ALL
  return code === undefined ? NONE : not(term('id', code.toWellFormed()))
}

function otherToken(key: string, { system, code }: TokenNode): Clause {
  if (code === undefined) return system === undefined ? NONE : others('token', key, 's', systemKeyword(key, system))
  return system === undefined
    ? others('token', key, 'c', codeKeyword(key, code))
    : others('token', key, 't', tokenKeyword(key, system, code))
}

/** A local target differs from every URL, and the other way round. */
function otherReference(key: string, { type, id, url }: ReferenceNode): Clause {
  const local = between('reference', `${key}i#`, `${key}i;`)
  const elsewhere = between('reference', `${key}u#`, `${key}u;`)
  if (url !== undefined) return anyOf([local, others('reference', key, 'u', targetKeyword(key, 'url', url, undefined))])
  if (id === undefined) return anyOf([local, elsewhere])
  const other =
    type === undefined
      ? others('reference', key, 'i', targetKeyword(key, 'id', id, undefined))
      : others('link', key, 'l', linkKeyword(key, type, id))
  return anyOf([elsewhere, other])
}

/** Behind the letter stands ':' before a text and '#' before the hash of one. */
const others = (field: FieldPath, key: string, letter: string, keyword: string): Clause =>
  beside(field, `${key}${letter}#`, `${key}${letter};`, keyword)

const beside = (field: FieldPath, start: string, end: string, keyword: string): Clause =>
  anyOf([range(field, { gte: start, lt: keyword }), range(field, { gt: keyword, lt: end })])

const between = (field: FieldPath, start: string, end: string): Clause => range(field, { gte: start, lt: end })
