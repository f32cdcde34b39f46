/** The part of XPath that RFC 5261, 4.1 has for selectors, over a tree. */
import { namespaceAt, type XmlAttribute, type XmlElement } from '../../formats/xml-tree.ts'
import { quote } from '../quote.ts'

/** What an operation is done with. */
export interface PatchWork {
  /** Says what is wrong with the operation at hand. */
  refuse(problem: string, code?: 'too-costly'): Error
  /** Counts the nodes that are looked at; throws when there are too many. */
  visit(nodes: number): void
}

/** The one node that a selector is for. */
export type SelectedNode =
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'attribute'; readonly element: XmlElement; readonly attribute: XmlAttribute }
  /** A child of the element that is text, by its place among all children. */
  | { readonly kind: 'text'; readonly element: XmlElement; readonly index: number }

interface Name {
  /** undefined: of any namespace. */
  readonly uri: string | undefined
  /** undefined: `*`. */
  readonly local: string | undefined
}

type Predicate =
  | { readonly kind: 'position'; readonly position: number }
  /** `[f:system/@value='x']`, `[@url='x']`, `[.='x']` */
  | {
      readonly kind: 'value'
      readonly steps: readonly Name[]
      readonly attribute: Name | undefined
      readonly value: string
    }

interface Step {
  readonly kind: 'element' | 'attribute' | 'text'
  readonly name: Name
  readonly predicates: readonly Predicate[]
}

/**
 * @param scope where the selector stands: its prefixes are declared there, and names without one are of its default
 * namespace (RFC 5261, 4.2.2).
 * @throws what refuse makes, where it is no such selector, or is not for exactly one node.
 */
export function selectNode(
  root: XmlElement,
  selector: string,
  scope: XmlElement,
  { refuse, visit }: PatchWork,
): SelectedNode {
  const steps = new SelectorParser(selector, scope, refuse).parse()
  const found = nodesOf(root, steps, visit)
  const [only, second] = found
  if (only && !second) return only
  if (second) throw refuse(`sel is for one node, and there are ${found.length} of them`)
  const lacksNamespace = steps.some(({ kind, name }) => kind === 'element' && name.uri === '')
  throw refuse(
    lacksNamespace
      ? 'there is nothing of that name: names of elements need a prefix, f: with xmlns:f="http://hl7.org/fhir"'
      : 'there is no such node',
  )
}

function nodesOf(root: XmlElement, steps: readonly Step[], visit: PatchWork['visit']): SelectedNode[] {
  let elements: readonly XmlElement[] = []
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'text') return elements.flatMap(element => textsOf(element, step, visit))
    if (step.kind === 'attribute') return elements.flatMap(element => attributesOf(element, step))
    const candidates = index === 0 ? [[root]] : elements.map(childElements)
    elements = candidates.flatMap(children => {
      visit(children.length)
      return filtered(children, step, visit)
    })
  }
  return elements.map(element => ({ kind: 'element', element }))
}

const childElements = ({ children }: XmlElement): XmlElement[] => children.filter(child => typeof child !== 'string')

const isNamed = ({ uri, local }: { readonly uri: string; readonly local: string }, name: Name): boolean =>
  (name.local === undefined || name.local === local) && (name.uri === undefined || name.uri === uri)

/** One predicate after the other, each position counted among what the ones before have left. */
function filtered(
  children: readonly XmlElement[],
  { name, predicates }: Step,
  visit: PatchWork['visit'],
): readonly XmlElement[] {
  let rest: readonly XmlElement[] = children.filter(child => isNamed(child, name))
  for (const predicate of predicates) {
    rest =
      predicate.kind === 'position'
        ? rest.slice(predicate.position - 1, predicate.position)
        : rest.filter(element => holds(element, predicate, visit))
  }
  return rest
}

function holds(
  element: XmlElement,
  { steps, attribute, value }: Extract<Predicate, { kind: 'value' }>,
  visit: PatchWork['visit'],
): boolean {
  let elements: readonly XmlElement[] = [element]
  for (const name of steps) {
    const children = elements.flatMap(childElements)
    visit(children.length)
    elements = children.filter(child => isNamed(child, name))
  }
  return elements.some(found =>
    attribute
      ? found.attributes.some(candidate => isNamed(candidate, attribute) && candidate.value === value)
      : stringValue(found, visit) === value,
  )
}

function stringValue({ children }: XmlElement, visit: PatchWork['visit']): string {
  visit(children.length)
  return children.map(child => (typeof child === 'string' ? child : stringValue(child, visit))).join('')
}

const attributesOf = (element: XmlElement, { name }: Step): SelectedNode[] =>
  element.attributes
    .filter(attribute => isNamed(attribute, name))
    .map(attribute => ({ kind: 'attribute', element, attribute }))

function textsOf(element: XmlElement, { predicates }: Step, visit: PatchWork['visit']): SelectedNode[] {
  visit(element.children.length)
  const texts = element.children.flatMap((child, index): SelectedNode[] =>
    typeof child === 'string' ? [{ kind: 'text', element, index }] : [],
  )
  const [first] = predicates
  return first?.kind === 'position' ? texts.slice(first.position - 1, first.position) : texts
}

const SPACE = /\s*/y
const NAME = /(?:([\p{L}_][\p{L}\p{N}\-_.]*):)?(\*|[\p{L}_][\p{L}\p{N}\-_.]*)(?![\p{L}\p{N}\-_.]|\s*\()/uy
const TEXT = /text\s*\(\s*\)/y
const POSITION = /[1-9]\d{0,8}(?=\s*\])/y
const LITERAL = /"([^"]*)"|'([^']*)'/y

class SelectorParser {
  readonly #text: string
  readonly #scope: XmlElement
  readonly #refuse: PatchWork['refuse']
  #at = 0

  constructor(text: string, scope: XmlElement, refuse: PatchWork['refuse']) {
    this.#text = text
    this.#scope = scope
    this.#refuse = refuse
  }

  parse(): readonly Step[] {
    this.#take('/')
    const steps = [this.#step()]
    while (this.#take('/')) {
      if (steps.at(-1)?.kind !== 'element') throw this.#unreadable()
      steps.push(this.#step())
    }
    this.#match(SPACE)
    if (this.#at < this.#text.length) throw this.#unreadable()
    if (steps[0]?.kind !== 'element') throw this.#refuse('sel starts with the type of the resource')
    return steps
  }

  #step(): Step {
    if (this.#take('@')) return { kind: 'attribute', name: this.#name(''), predicates: [] }
    this.#match(SPACE)
    if (this.#match(TEXT)) {
      const predicates = this.#predicates()
      if (predicates.length > 1 || predicates.some(({ kind }) => kind !== 'position')) throw this.#unreadable()
      return { kind: 'text', name: { uri: undefined, local: undefined }, predicates }
    }
    return { kind: 'element', name: this.#name(), predicates: this.#predicates() }
  }

  #predicates(): Predicate[] {
    const predicates: Predicate[] = []
    while (this.#take('[')) {
      predicates.push(this.#predicate())
      if (!this.#take(']')) throw this.#unreadable()
    }
    return predicates
  }

  #predicate(): Predicate {
    this.#match(SPACE)
    const position = this.#match(POSITION)
    if (position) return { kind: 'position', position: Number(position[0]) }
    const { steps, attribute } = this.#relativePath()
    if (!this.#take('=')) throw this.#unreadable()
    this.#match(SPACE)
    const literal = this.#match(LITERAL)
    if (!literal) throw this.#unreadable()
    return { kind: 'value', steps, attribute, value: literal[1] ?? literal[2] ?? '' }
  }

  #relativePath(): { readonly steps: readonly Name[]; readonly attribute: Name | undefined } {
    if (this.#take('.')) return { steps: [], attribute: undefined }
    const steps: Name[] = []
    do {
      if (this.#take('@')) return { steps, attribute: this.#name('') }
      steps.push(this.#name())
    } while (this.#take('/'))
    return { steps, attribute: undefined }
  }

  /** @param without of what namespace names without a prefix are. */
  #name(without = namespaceAt(this.#scope, '') ?? ''): Name {
    this.#match(SPACE)
    const matched = this.#match(NAME)
    if (!matched) throw this.#unreadable()
    const [, prefix, local] = matched
    const uri = prefix === undefined ? without : namespaceAt(this.#scope, prefix)
    if (uri === undefined) throw this.#refuse(`nobody declares the prefix ${quote(prefix)}`)
    if (local !== '*') return { uri, local }
    return { uri: prefix === undefined ? undefined : uri, local: undefined }
  }

  #take(character: string): boolean {
    this.#match(SPACE)
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const matched = pattern.exec(this.#text)
    if (!matched) return undefined
    this.#at = pattern.lastIndex
    return matched
  }

  #unreadable(): Error {
    const taken = "steps to children, [1], [@url='x'], [f:system/@value='x'], and at the end @value or text()"
    return this.#refuse(
      `sel can not be read from ${quote(this.#text.slice(this.#at, this.#at + 20))} on: it may have ${taken}`,
    )
  }
}
