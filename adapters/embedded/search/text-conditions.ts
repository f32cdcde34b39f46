/** Conditions on tokens, strings, references and URIs. */
import type { ReferenceNode, StringNode, TokenNode, TokensNode, UriNode } from '#service/search/ast.ts'
import { normalizeString } from '#service/search/normalize.ts'
import { basesOf } from '#service/search/uri-below.ts'
import { COMPARTMENT_URL, ID_URL } from '../parameters.ts'
import { ALWAYS, either, NEVER } from './combine.ts'
import { type CompileContext, parameterNumber } from './compile-context.ts'
import type { Condition } from './condition.ts'
import { containsCondition } from './contains-condition.ts'
import { listCondition } from './equality.ts'
import { anyOf, type Fragment, raw, sql } from './fragment.ts'
import { idCondition } from './resource-conditions.ts'
import { rowCondition } from './row-condition.ts'
import { startsWith } from './text-range.ts'

export function tokenCondition(context: CompileContext, node: TokenNode): Condition {
  if (node.parameter.url === ID_URL) return idToken(context, node)
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const { code } = node
  const system = node.system === undefined ? undefined : context.dictionary.system(node.system)
  if (node.system !== undefined && system === undefined) return NEVER
  if (code === undefined) return anyCode(context, parameter, system)
  if (system !== undefined) return equalToken(context, parameter, code, system)
  const systems = storedNumbers(context, SYSTEMS_OF_CODE, parameter, code)
  if (systems)
    return either(
      context,
      systems.map(each => equalToken(context, parameter, code, each)),
    )
  return rowCondition(context, {
    table: 'token',
    parameter,
    match: row => sql`${row}.code = ${code}`,
    access: 'range',
    unique: false,
  })
}

/** Each system is looked up once; codes of systems that no value ever had drop out. */
export function tokensCondition(context: CompileContext, node: TokensNode): Condition {
  if (node.parameter.url === ID_URL) {
    const other = context.dictionary.kind(context.tenant, node.parameter.resourceType) !== context.kind
    const ids = node.tokens.flatMap(({ system, code }) => (system === '' ? code : []))
    return other ? NEVER : idCondition(context, { kind: 'id', ids })
  }
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const systems = new Map<string, number | undefined>()
  const pairs: [string, number][] = []
  for (const { system, code } of node.tokens) {
    if (!systems.has(system)) systems.set(system, context.dictionary.system(system))
    const number = systems.get(system)
    if (number !== undefined) pairs.push([code, number])
  }
  if (pairs.length === 0) return NEVER
  if (pairs.length > context.limits.mergedMax) return listCondition(context, { table: 'token', parameter }, pairs)
  return either(
    context,
    pairs.map(([code, system]) => equalToken(context, parameter, code, system)),
  )
}

/** Ids are tokens without a system. */
function idToken(context: CompileContext, { parameter, system, code }: TokenNode): Condition {
  const other = context.dictionary.kind(context.tenant, parameter.resourceType) !== context.kind
  if (other || (system !== undefined && system !== '')) return NEVER
  return code === undefined ? ALWAYS : idCondition(context, { kind: 'id', ids: [code] })
}

export const equalToken = (context: CompileContext, parameter: number, code: string, system: number): Condition =>
  rowCondition(context, {
    table: 'token',
    parameter,
    match: row => sql`${row}.code = ${code} AND ${row}.system = ${system}`,
    access: 'equal',
    unique: true,
    equality: { table: 'token', parameter, values: [code, system] },
  })

function anyCode(context: CompileContext, parameter: number, system: number | undefined): Condition {
  return rowCondition(context, {
    table: 'token',
    parameter,
    match: row => (system === undefined ? raw('1') : sql`${row}.system = ${system}`),
    lead: () => raw('1'),
    access: system === undefined ? 'range' : 'scan',
    unique: false,
  })
}

export function compartmentCondition(context: CompileContext, compartment: string): Condition {
  const parameter = context.dictionary.parameter(context.kind, { url: COMPARTMENT_URL })
  return parameter === undefined ? NEVER : equalToken(context, parameter, compartment, 0)
}

export function stringCondition(context: CompileContext, node: StringNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const { mode, value } = node
  if (mode === 'exact') {
    const normalized = normalizeString(value)
    return rowCondition(context, {
      table: 'string',
      parameter,
      match: row => sql`${row}.normalized = ${normalized} AND ${row}.original = ${value}`,
      access: 'equal',
      unique: true,
    })
  }
  if (mode === 'contains' || mode === 'ends') return containsCondition(context, parameter, value, mode)
  if (mode === 'equals') {
    return rowCondition(context, {
      table: 'string',
      parameter,
      match: row => sql`${row}.normalized = ${value}`,
      access: 'equal',
      unique: false,
    })
  }
  return rowCondition(context, {
    table: 'string',
    parameter,
    match: row => startsWith(raw(`${row.text}.normalized`), value),
    access: 'range',
    unique: false,
  })
}

export function referenceCondition(context: CompileContext, node: ReferenceNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const { type, id, url, version } = node
  if (url !== undefined) return equalReference(context, parameter, url, 0, version)
  if (id === undefined) return NEVER
  if (type !== undefined) {
    const kind = context.dictionary.kind(context.tenant, type)
    return kind === undefined ? NEVER : equalReference(context, parameter, id, kind, version)
  }
  // Kind 0 is a URL that happens to read like the id.
  const kinds = storedNumbers(context, KINDS_OF_TARGET, parameter, id)
  if (kinds) {
    const local = kinds.filter(kind => kind > 0)
    return either(
      context,
      local.map(kind => equalReference(context, parameter, id, kind, version)),
    )
  }
  return rowCondition(context, {
    table: 'reference',
    parameter,
    match: row => sql`${row}.target = ${id} AND ${row}.target_kind > 0${ofVersion(row, version)}`,
    access: 'range',
    unique: false,
  })
}

export function equalReference(
  context: CompileContext,
  parameter: number,
  target: string,
  kind: number,
  version: string | undefined,
): Condition {
  return rowCondition(context, {
    table: 'reference',
    parameter,
    match: row => sql`${row}.target = ${target} AND ${row}.target_kind = ${kind}${ofVersion(row, version)}`,
    access: 'equal',
    // A resource may refer to several versions of one target.
    unique: version !== undefined,
    ...(version === undefined && { equality: { table: 'reference', parameter, values: [target, kind] } }),
  })
}

const ofVersion = (row: Fragment, version: string | undefined): Fragment =>
  version === undefined ? raw('') : sql` AND ${row}.target_version = ${version}`

export function uriCondition(context: CompileContext, node: UriNode): Condition {
  const parameter = parameterNumber(context, node.parameter)
  if (parameter === undefined) return NEVER
  const { mode, value } = node
  switch (mode) {
    case 'exact':
      return equalToken(context, parameter, value, 0)
    case 'above':
      return either(
        context,
        basesOf(value).map(base => equalToken(context, parameter, base, 0)),
      )
    case 'below':
      return rowCondition(context, {
        table: 'token',
        parameter,
        match: row => belowUri(raw(`${row.text}.code`), value),
        lead: row => startsWith(raw(`${row.text}.code`), value),
        access: 'range',
        unique: false,
      })
  }
}

export const belowUri = (column: Fragment, base: string): Fragment =>
  base.endsWith('/') ? startsWith(column, base) : anyOf([sql`${column} = ${base}`, startsWith(column, `${base}/`)])

const SYSTEMS_OF_CODE =
  'SELECT system FROM token WHERE parameter = ? AND code = ? AND system > ? ORDER BY system LIMIT 1'
const KINDS_OF_TARGET =
  'SELECT target_kind FROM reference WHERE parameter = ? AND target = ? AND target_kind > ? ORDER BY target_kind LIMIT 1'

/** The distinct numbers stored with a text, by jumping from one to the next; undefined where they are many. */
function storedNumbers(
  context: CompileContext,
  statement: string,
  parameter: number,
  text: string,
): number[] | undefined {
  const next = context.reader.prepare<[number]>(statement)
  const numbers: number[] = []
  for (let row = next.get(parameter, text, -1); row; row = next.get(parameter, text, row[0])) {
    if (numbers.length === context.limits.expandedMax) return undefined
    numbers.push(row[0])
  }
  return numbers
}
