/** XML as a tree, for what has to find its way about in it. Comments and processing instructions are left out. */
import type { SaxesTagNS } from 'saxes'
import { type Fault, fault } from '../fault.ts'
import { JSON_DEPTH_MAX } from '../limits.ts'
import { escapeXml } from './write-xml.ts'
import { createXmlParser } from './xml-parser.ts'
import { XHTML_NAMESPACE } from './xml-slots.ts'

export interface XmlElement {
  readonly local: string
  readonly uri: string
  readonly attributes: XmlAttribute[]
  /** Texts that follow one another are one, as XPath has it. */
  children: XmlNode[]
  /** Only of the element around everything is there none. */
  parent: XmlElement | undefined
  /** Prefixes that this element declares; those around it hold too. */
  readonly namespaces: Readonly<Record<string, string>>
  /** A div as it was written: it goes out like that while nothing in it changes. */
  source: string | undefined
}

export interface XmlAttribute {
  readonly local: string
  /** '' for most: a default namespace is not one of attributes. */
  readonly uri: string
  value: string
}

export type XmlNode = XmlElement | string

/** Beyond what resources may have: what is too deep for one of them is said by who reads it. */
const DEPTH_MAX = 2 * JSON_DEPTH_MAX

export interface XmlTreeOptions {
  /** Of what is read, for refusals: `The patch`. */
  readonly name: string
  /** Whether a div goes out as it was written. Only where it declares all that it uses itself. */
  readonly divs: 'as-written' | 'anew'
}

/**
 * @throws Fault invalid with line and column where this is no XML in UTF-8, or has a document type.
 */
export function readXmlTree(text: string, { name, divs }: XmlTreeOptions): XmlElement {
  const parser = createXmlParser(problem => refuse(problem))
  const refuse = (problem: string): Fault => {
    const where = `line ${parser.line}, column ${Math.max(1, parser.column)}`
    return fault('invalid', `${name} is not valid XML: ${problem} at ${where}`, { code: 'structure' })
  }
  let root: XmlElement | undefined
  let open: XmlElement | undefined
  let depth = 0
  let tagStart = 0
  const starts = new Map<XmlElement, number>()
  parser.on('opentagstart', () => {
    tagStart = text.lastIndexOf('<', parser.position - 1)
  })
  parser.on('opentag', tag => {
    depth++
    if (depth > DEPTH_MAX) throw refuse(`it is nested deeper than ${DEPTH_MAX} elements`)
    const element = elementOf(tag, open)
    if (divs === 'as-written' && isDiv(element)) starts.set(element, tagStart)
    open?.children.push(element)
    root ??= element
    open = element
  })
  parser.on('closetag', () => {
    depth--
    if (!open) return
    const start = starts.get(open)
    if (start !== undefined) open.source = text.slice(start, parser.position)
    open = open.parent
  })
  const characters = (more: string) => {
    if (open) appendText(open.children, more)
  }
  parser.on('text', characters)
  parser.on('cdata', characters)
  parser.write(text).close()
  if (!root) throw refuse('there is no element')
  return root
}

const elementOf = ({ local, uri, attributes, ns }: SaxesTagNS, parent: XmlElement | undefined): XmlElement => ({
  ...{ local, uri, children: [], parent, namespaces: ns, source: undefined },
  attributes: Object.values(attributes)
    .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
    .map(({ local: attribute, uri: namespace, value }) => ({ local: attribute, uri: namespace, value })),
})

const isDiv = ({ local, uri, parent }: XmlElement): boolean =>
  local === 'div' && uri === XHTML_NAMESPACE && parent?.uri !== XHTML_NAMESPACE

export function appendText(children: XmlNode[], text: string): void {
  const last = children.at(-1)
  if (typeof last === 'string') children[children.length - 1] = last + text
  else if (text !== '') children.push(text)
}

/** What a prefix ('' for none) stands for at an element; undefined where nobody declares it. */
export function namespaceAt(element: XmlElement, prefix: string): string | undefined {
  if (prefix === 'xml') return XML_NAMESPACE
  for (let around: XmlElement | undefined = element; around; around = around.parent) {
    const uri = around.namespaces[prefix]
    if (uri !== undefined) return uri
  }
  return undefined
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'

/** Without prefixes: each element says its namespace where it is another one than that around it. */
export function writeXmlTree(root: XmlElement): string {
  const pieces: string[] = []
  write(root, '', pieces)
  return pieces.join('')
}

function write({ local, uri, attributes, children, source }: XmlElement, around: string, pieces: string[]): void {
  if (source !== undefined) {
    pieces.push(source)
    return
  }
  pieces.push(`<${local}`)
  if (uri !== around) pieces.push(` xmlns="${escapeXml(uri)}"`)
  for (const [index, attribute] of attributes.entries()) {
    pieces.push(` ${attributeName(attribute, index)}="${escapeXml(attribute.value)}"`)
  }
  // As html, <td/> would stay open.
  if (children.length === 0 && (uri !== XHTML_NAMESPACE || EMPTY_ELEMENTS.has(local))) {
    pieces.push('/>')
    return
  }
  pieces.push('>')
  for (const child of children) {
    if (typeof child === 'string') pieces.push(escapeXml(child))
    else write(child, uri, pieces)
  }
  pieces.push(`</${local}>`)
}

function attributeName({ local, uri }: XmlAttribute, index: number): string {
  if (uri === '') return local
  if (uri === XML_NAMESPACE) return `xml:${local}`
  return `xmlns:n${index}="${escapeXml(uri)}" n${index}:${local}`
}

/** Those of xhtml that never have content. */
const EMPTY_ELEMENTS: ReadonlySet<string> = new Set(['br', 'col', 'hr', 'img'])
