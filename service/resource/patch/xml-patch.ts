/** XML Patch, RFC 5261: the resource as XML, its nodes found by selectors. */
import type { Definitions } from '../../definitions.ts'
import { Fault } from '../../fault.ts'
import { readXml } from '../../formats/read-xml.ts'
import { writeXml } from '../../formats/write-xml.ts'
import { XHTML_NAMESPACE } from '../../formats/xml-slots.ts'
import { appendText, readXmlTree, writeXmlTree, type XmlElement, type XmlNode } from '../../formats/xml-tree.ts'
import type { JsonObject } from '../content.ts'
import { decodeUtf8 } from '../json.ts'
import { quote } from '../quote.ts'
import { failedStep, malformedPatch } from './patch-fault.ts'
import { type PatchWork, type SelectedNode, selectNode } from './xml-selector.ts'

interface Operation {
  /** `add`, `replace` or `remove`. */
  readonly element: XmlElement
  readonly selector: string
  readonly refuse: PatchWork['refuse']
}

/**
 * The patched content, not validated.
 * @throws Fault invalid where this is no XML Patch, unprocessable, with the operation's number, where an operation
 * can't be done.
 */
export function applyXmlPatch(definitions: Definitions, resource: JsonObject, patch: string): JsonObject {
  const operations = operationsOf(readXmlTree(patch, { name: 'The patch', divs: 'anew' }))
  const text = decodeUtf8(Buffer.concat(writeXml(definitions, resource)))
  const document = readXmlTree(text, { name: 'The resource', divs: 'as-written' })
  // An element around it, so that the resource is a child like any other.
  const holder: XmlElement = { ...NOBODY, attributes: [], children: [document] }
  document.parent = holder
  let visited = 0
  for (const { element, selector, refuse } of operations) {
    const visit = (nodes: number) => {
      visited += nodes
      if (visited > VISITED_NODES_MAX) throw refuse('the patch takes too much searching', 'too-costly')
    }
    const [root] = holder.children
    if (!root || typeof root === 'string') throw refuse('the resource is gone')
    const work = { refuse, visit }
    apply(element, selectNode(root, selector, element, work), work)
  }
  return contentOf(definitions, holder)
}

const NOBODY = { local: '', uri: '', parent: undefined, namespaces: {}, source: undefined }

/** Nodes that a patch may look at in all, so that many operations on long lists come to an end. */
const VISITED_NODES_MAX = 5_000_000

function contentOf(definitions: Definitions, { children }: XmlElement): JsonObject {
  const [root] = children
  if (!root || typeof root === 'string' || children.length > 1) {
    throw malformedPatch('The patch leaves no resource, or more than one')
  }
  try {
    return readXml(definitions, writeXmlTree(root))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // The client never sees the text whose lines these are.
    const issues = error.issues.map(issue => ({
      ...issue,
      diagnostics: `After the patch: ${issue.diagnostics.replace(/ (?:\(|at )line \d+, column \d+\)?$/, '')}`,
    }))
    throw new Fault('unprocessable', issues)
  }
}

function operationsOf({ local, children }: XmlElement): readonly Operation[] {
  if (local !== 'diff') throw malformedPatch('An XML Patch is <diff> with add, replace and remove (RFC 5261)')
  return elementsAlone(children, () =>
    malformedPatch('Between the operations of an XML Patch there must be no text'),
  ).map((element, index) => {
    const selector = attributeOf(element, 'sel')
    if (selector === undefined) throw malformedPatch(`Operation ${index} of the patch: it needs sel`)
    const step = { index, text: `${element.local} ${selector}`.slice(0, 200) }
    return { element, selector, refuse: (problem, code) => failedStep(step, problem, code) }
  })
}

const attributeOf = ({ attributes }: XmlElement, name: string): string | undefined =>
  attributes.find(({ local, uri }) => local === name && uri === '')?.value

function elementsAlone(nodes: readonly XmlNode[], refuse: () => Error): readonly XmlElement[] {
  return nodes.flatMap(node => {
    if (typeof node !== 'string') return [node]
    if (node.trim() !== '') throw refuse()
    return []
  })
}

function apply(operation: XmlElement, node: SelectedNode, work: PatchWork): void {
  const { refuse } = work
  touch(node.element)
  switch (operation.local) {
    case 'add':
      add(operation, node, work)
      return
    case 'replace':
      assertAttributes(operation, ['sel'], refuse)
      replace(operation, node, work)
      return
    case 'remove':
      // RFC 5261, 4.5: white space beside an element says nothing in a resource, and there is none of it.
      assertAttributes(operation, ['sel', 'ws'], refuse)
      if (operation.children.length > 0) throw refuse('remove has no content')
      remove(node, work)
      return
    default:
      throw refuse(`an operation is add, replace or remove, not ${quote(operation.local)}`)
  }
}

function assertAttributes({ attributes }: XmlElement, known: readonly string[], refuse: PatchWork['refuse']): void {
  const unknown = attributes.find(({ local, uri }) => uri === '' && !known.includes(local))
  if (unknown) throw refuse(`it has no attribute ${quote(unknown.local)}`)
}

/** A div that changes, and one that something in it changes of, does not go out as it was written any more. */
function touch(element: XmlElement): void {
  for (let around: XmlElement | undefined = element; around; around = around.parent) around.source = undefined
}

/** RFC 5261, 4.3 */
function add(operation: XmlElement, node: SelectedNode, work: PatchWork): void {
  const { refuse } = work
  assertAttributes(operation, ['sel', 'pos', 'type'], refuse)
  const [type, position] = [attributeOf(operation, 'type'), attributeOf(operation, 'pos')]
  if (type !== undefined) {
    addAttribute(operation, node, type, work)
    return
  }
  if (node.kind === 'attribute') throw refuse('an attribute is changed by replace')
  const { element } = node
  const added = operation.children
  if (position === 'before' || position === 'after') {
    const parent = node.kind === 'text' ? element : element.parent
    const index = node.kind === 'text' ? node.index : (parent?.children.indexOf(element) ?? -1)
    if (!parent || index < 0 || parent.parent === undefined)
      throw refuse('there is one resource: nothing goes beside it')
    insert(parent, position === 'before' ? index : index + 1, added, work)
    return
  }
  if (position !== undefined && position !== 'prepend') {
    throw refuse(`pos is before, after or prepend, not ${quote(position)}`)
  }
  if (node.kind === 'text') throw refuse('something is added before or after a text, by pos')
  insert(element, position === 'prepend' ? 0 : element.children.length, added, work)
}

function addAttribute(operation: XmlElement, node: SelectedNode, type: string, { refuse }: PatchWork): void {
  const [, name] = /^@([A-Za-z_][\w.-]*)$/.exec(type) ?? []
  if (name === undefined) throw refuse(`type is @ and the name of an attribute, such as @id, not ${quote(type)}`)
  if (node.kind !== 'element') throw refuse('only elements have attributes')
  const { attributes } = node.element
  if (attributes.some(({ local, uri }) => local === name && uri === '')) {
    throw refuse(`the attribute ${name} is there already: replace it`)
  }
  attributes.push({ local: name, uri: '', value: textAlone(operation, refuse) })
}

/** RFC 5261, 4.4 */
function replace(operation: XmlElement, node: SelectedNode, work: PatchWork): void {
  const { refuse } = work
  if (node.kind === 'attribute') {
    node.attribute.value = textAlone(operation, refuse)
    return
  }
  if (node.kind === 'text') {
    splice(node.element, node.index, 1, [textAlone(operation, refuse)], work)
    return
  }
  const only = () => refuse('an element is replaced by one element')
  const [element, ...more] = elementsAlone(operation.children, only)
  if (!element || more.length > 0) throw only()
  const { parent } = node.element
  if (parent) splice(parent, parent.children.indexOf(node.element), 1, [element], work)
}

/** RFC 5261, 4.5 */
function remove(node: SelectedNode, work: PatchWork): void {
  const { element } = node
  if (node.kind === 'attribute') element.attributes.splice(element.attributes.indexOf(node.attribute), 1)
  else if (node.kind === 'text') splice(element, node.index, 1, [], work)
  else if (element.parent) splice(element.parent, element.parent.children.indexOf(element), 1, [], work)
}

function textAlone({ children }: XmlElement, refuse: PatchWork['refuse']): string {
  const [text = '', ...more] = children
  if (typeof text !== 'string' || more.length > 0) throw refuse('its content must be text alone')
  return text
}

/** White space between the elements of a patch is layout; what is in a narrative stays. */
const insert = (parent: XmlElement, index: number, added: readonly XmlNode[], work: PatchWork): void =>
  splice(parent, index, 0, parent.uri === XHTML_NAMESPACE ? added : added.filter(node => !isSpace(node)), work)

const isSpace = (node: XmlNode): boolean => typeof node === 'string' && node.trim() === ''

function splice(
  parent: XmlElement,
  index: number,
  removed: number,
  added: readonly XmlNode[],
  { visit }: PatchWork,
): void {
  visit(parent.children.length)
  for (const node of added) if (typeof node !== 'string') node.parent = parent
  const nodes = parent.children.toSpliced(index, removed, ...added)
  const children: XmlNode[] = []
  for (const node of nodes) {
    if (typeof node === 'string') appendText(children, node)
    else children.push(node)
  }
  parent.children = children
}
