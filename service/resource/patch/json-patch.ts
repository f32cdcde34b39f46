/** JSON Patch, RFC 6902, over content with exact decimals. */

import { JSON_DEPTH_MAX } from '../../limits.ts'
import type { JsonObject, JsonValue } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { quote } from '../quote.ts'
import { copyJson, equalJson, sizeOf } from './json-values.ts'
import { failedStep, malformedPatch, type PatchStep } from './patch-fault.ts'

type OperationName = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'

interface PatchOperation {
  readonly op: OperationName
  readonly path: Pointer
  readonly from: Pointer | undefined
  readonly value: JsonValue | undefined
  readonly step: PatchStep
}

/** RFC 6901, its tokens unescaped. */
type Pointer = readonly string[]

const NAMES: ReadonlySet<string> = new Set<OperationName>(['add', 'remove', 'replace', 'move', 'copy', 'test'])
const WITH_VALUE: ReadonlySet<string> = new Set<OperationName>(['add', 'replace', 'test'])
const WITH_FROM: ReadonlySet<string> = new Set<OperationName>(['move', 'copy'])

/**
 * A changed copy; the document stays as it is.
 * @throws Fault invalid where this is no JSON Patch, unprocessable, with the operation's number, where an operation
 * can't be done or its test fails.
 */
export function applyJsonPatch(document: JsonObject, operations: JsonValue): JsonValue {
  const parsed = parseOperations(operations)
  // A root of its own, so that the whole document is a member like any other.
  const root: JsonObject = { document: copyJson(document) }
  const spent: Spent = { values: 0, characters: 0, moved: 0 }
  for (const operation of parsed) {
    apply(root, operation, spent)
    const excess = EXPENSES.find(({ of, max }) => spent[of] > max)
    if (excess) throw failedStep(operation.step, `a patch may ${excess.text}`, 'too-costly')
  }
  return root.document ?? null
}

/** What a short patch may make much of. */
interface Spent {
  values: number
  characters: number
  moved: number
}

/** Copies of what has been copied would fill any memory, and many operations at the head of a list take any time. */
const EXPENSES: readonly { readonly of: keyof Spent; readonly max: number; readonly text: string }[] = [
  { of: 'values', max: 100_000, text: 'copy 100000 values in all' },
  { of: 'characters', max: 10_000_000, text: 'copy texts of 10000000 characters in all' },
  { of: 'moved', max: 1_000_000_000, text: 'push 1000000000 elements of lists aside in all' },
]

function parseOperations(operations: JsonValue): readonly PatchOperation[] {
  if (!Array.isArray(operations)) throw malformedPatch('A JSON Patch is an array of operations (RFC 6902)')
  return operations.map(parseOperation)
}

function parseOperation(operation: JsonValue, index: number): PatchOperation {
  const refuse = (problem: string) => malformedPatch(`Operation ${index} of the patch: ${problem}`)
  if (!isJsonObject(operation)) throw refuse('it must be an object with op and path')
  const { op, path, from, value } = operation
  if (typeof path !== 'string') throw refuse('it needs a path, a JSON Pointer such as /name/0')
  const step = { index, text: `${String(op)} ${path}` }
  if (typeof op !== 'string' || !NAMES.has(op)) {
    throw failedStep(step, `op is one of ${[...NAMES].join(', ')}, not ${quote(op)}`)
  }
  if (WITH_FROM.has(op) && typeof from !== 'string') throw refuse(`${op} needs from, a JSON Pointer such as /name/0`)
  if (WITH_VALUE.has(op) && value === undefined) throw refuse(`${op} needs a value`)
  const pointer = (text: string): Pointer => {
    const parsed = parsePointer(text)
    if (!parsed) throw refuse(`${quote(text)} is no JSON Pointer such as /name/0`)
    return ['document', ...parsed]
  }
  return {
    op: op as OperationName,
    path: pointer(path),
    from: WITH_FROM.has(op) ? pointer(String(from)) : undefined,
    value,
    step,
  }
}

function parsePointer(text: string): Pointer | undefined {
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined
  return text
    .slice(1)
    .split('/')
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function apply(root: JsonObject, { op, path, from = [], value, step }: PatchOperation, spent: Spent): void {
  switch (op) {
    case 'add':
      add(root, path, copyJson(value ?? null), step, spent)
      return
    case 'remove':
      remove(root, path, step, spent)
      return
    case 'replace':
      replace(root, path, copyJson(value ?? null), step)
      return
    case 'move':
      if (from.length < path.length && from.every((token, index) => token === path[index])) {
        throw failedStep(step, 'an element can not be moved into itself')
      }
      add(root, path, remove(root, from, step, spent), step, spent)
      return
    case 'copy':
      copy(root, from, path, step, spent)
      return
    case 'test':
      if (!equalJson(valueAt(root, path, step), value)) throw failedStep(step, 'the value is another one')
  }
}

function copy(root: JsonObject, from: Pointer, to: Pointer, step: PatchStep, spent: Spent): void {
  const value = valueAt(root, from, step)
  const { values, characters, depth } = sizeOf(value)
  if (depth > JSON_DEPTH_MAX) throw failedStep(step, `the value is nested deeper than ${JSON_DEPTH_MAX}`)
  spent.values += values
  spent.characters += characters
  add(root, to, copyJson(value), step, spent)
}

interface Place {
  readonly parent: JsonObject | JsonValue[]
  readonly token: string
}

function placeOf(root: JsonObject, pointer: Pointer, step: PatchStep): Place {
  let parent: JsonObject | JsonValue[] = root
  for (const token of pointer.slice(0, -1)) {
    const child: JsonValue | undefined = memberOf(parent, token)
    if (!Array.isArray(child) && !isJsonObject(child))
      throw failedStep(step, `there is no element at ${shown(pointer)}`)
    parent = child
  }
  return { parent, token: pointer.at(-1) ?? '' }
}

function valueAt(root: JsonObject, pointer: Pointer, step: PatchStep): JsonValue {
  const { parent, token } = placeOf(root, pointer, step)
  const value = memberOf(parent, token)
  if (value === undefined) throw failedStep(step, `there is nothing at ${shown(pointer)}`)
  return value
}

function add(root: JsonObject, pointer: Pointer, value: JsonValue, step: PatchStep, spent: Spent): void {
  const { parent, token } = placeOf(root, pointer, step)
  if (!Array.isArray(parent)) {
    setMember(parent, token, value, step)
    return
  }
  const index = token === '-' ? parent.length : indexOf(token)
  if (index === undefined || index > parent.length) {
    throw failedStep(step, `${quote(token)} is no place in a list of ${parent.length}`)
  }
  spent.moved += parent.length - index
  parent.splice(index, 0, value)
}

function remove(root: JsonObject, pointer: Pointer, step: PatchStep, spent: Spent): JsonValue {
  const value = valueAt(root, pointer, step)
  const { parent, token } = placeOf(root, pointer, step)
  if (Array.isArray(parent)) {
    spent.moved += parent.length
    parent.splice(indexOf(token) ?? 0, 1)
  } else delete parent[token]
  return value
}

function replace(root: JsonObject, pointer: Pointer, value: JsonValue, step: PatchStep): void {
  valueAt(root, pointer, step)
  const { parent, token } = placeOf(root, pointer, step)
  if (Array.isArray(parent)) parent[indexOf(token) ?? 0] = value
  else setMember(parent, token, value, step)
}

function memberOf(parent: JsonObject | JsonValue[], token: string): JsonValue | undefined {
  if (!Array.isArray(parent)) return Object.hasOwn(parent, token) ? parent[token] : undefined
  const index = indexOf(token)
  return index === undefined ? undefined : parent[index]
}

function setMember(parent: JsonObject, token: string, value: JsonValue, step: PatchStep): void {
  // Assigning it would not make a member of that name.
  if (token === '__proto__') throw failedStep(step, `no element is called ${quote(token)}`)
  parent[token] = value
}

const indexOf = (token: string): number | undefined => (/^(0|[1-9]\d{0,8})$/.test(token) ? Number(token) : undefined)

const shown = ([, ...tokens]: Pointer): string =>
  quote(tokens.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
