/** Narrative.div: R4 narrative.html and its rules txt-1 and txt-2. */
import { type SaxesAttributeNS, SaxesParser } from 'saxes'

const XHTML = 'http://www.w3.org/1999/xhtml'

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))

const ELEMENTS = words(
  'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ' +
    'li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var',
)

const ATTRIBUTES = words(
  'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset ' +
    'cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel ' +
    'rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace width',
)

/** Attributes that a reader may follow, as opposed to `src`, which is loaded without asking. */
const LINKS = words('href cite longdesc')

const SCHEME = /^([a-z][a-z0-9+.-]{0,50}):/
const LINK_SCHEMES = words('http https ftp mailto tel urn')
/** Images that a style brings along itself, as the narratives of HL7's own definitions do. */
const STYLE_IMAGE_DATA = /url\(\s*["']?data:\s*image\/[a-z+.-]+;base64,[a-z0-9+/=\s]*["']?\)/g
/** Whatever can load or run something from inside a style, or hide that it does. */
const ACTIVE_STYLE =
  /url\s*\(|image\s*\(|image-set\s*\(|expression\s*\(|javascript:|@import|behavior\s*:|-moz-binding|\\|\/\*|</

/** What is wrong with a narrative, as ends of a sentence that begins with `div`; each kind once. */
export interface NarrativeProblem {
  readonly code: 'structure' | 'invariant'
  readonly problem: string
}

/** In characters. Longer ones are refused unread: the expressions above would need stack for each. */
const STYLE_LENGTH_MAX = 1_000_000

/** One narrative names this many different problems; more would help nobody. */
const PROBLEMS_MAX = 10

/** The parser looks namespaces up element by element: without a limit a deep narrative would cost the square. */
const DEPTH_MAX = 200

class Stop extends Error {}

export function checkNarrative(div: string): readonly NarrativeProblem[] {
  const problems = new Map<string, NarrativeProblem>()
  const report = (code: NarrativeProblem['code'], problem: string): void => {
    problems.set(problem, { code, problem })
    if (problems.size >= PROBLEMS_MAX) throw new Stop()
  }
  try {
    readNarrative(div, report)
  } catch (error) {
    if (!(error instanceof Stop)) throw error
  }
  return [...problems.values()]
}

function readNarrative(div: string, report: (code: NarrativeProblem['code'], problem: string) => void): void {
  const parser = new SaxesParser({ xmlns: true, position: false })
  let depth = 0
  let hasContent = false
  parser.on('error', ({ message }) => {
    report('structure', `is not well-formed XHTML: ${message.slice(0, 100)}`)
    throw new Stop()
  })
  const refuse = (what: string) => () => report('invariant', `must not hold ${what} (txt-1)`)
  parser.on('doctype', refuse('a document type'))
  parser.on('processinginstruction', refuse('processing instructions'))
  parser.on('xmldecl', refuse('an XML declaration'))
  // A browser that takes the text for HTML ends these two earlier than XML does: what follows would be live.
  parser.on('cdata', refuse('CDATA sections'))
  parser.on('comment', text => {
    if (/^-?>/.test(text)) report('invariant', `must not hold comments that begin with '>' (txt-1)`)
  })
  parser.on('text', text => {
    hasContent ||= text.trim() !== ''
  })
  parser.on('opentag', ({ local, uri, attributes }) => {
    depth++
    if (depth === 1 && (local !== 'div' || uri !== XHTML))
      report('invariant', `must be one div element in the namespace ${XHTML} (txt-1)`)
    else if (uri !== XHTML) report('invariant', `must not hold elements of other namespaces (txt-1)`)
    else if (!ELEMENTS.has(local)) report('invariant', `must not hold the element ${shorten(local)} (txt-1)`)
    if (depth > DEPTH_MAX) {
      report('structure', `must not be nested deeper than ${DEPTH_MAX} elements`)
      throw new Stop()
    }
    if (local === 'img' && attributes.src !== undefined) hasContent = true
    for (const attribute of Object.values(attributes)) {
      const problem = attributeProblem(attribute)
      if (problem !== undefined) report('invariant', `${problem} (txt-1)`)
    }
  })
  parser.on('closetag', () => {
    depth--
  })
  parser.write(div).close()
  if (!hasContent) report('invariant', 'must have some content besides white space (txt-2)')
}

function attributeProblem({ name, local, prefix, value }: SaxesAttributeNS): string | undefined {
  if (prefix === 'xmlns' || name === 'xmlns' || name === 'xml:lang') return undefined
  if (prefix !== '' || !ATTRIBUTES.has(local)) return `must not hold the attribute ${shorten(name)}`
  if (local === 'style') return isActive(value) ? 'must not hold a style that loads or runs anything' : undefined
  if (local === 'src') return isInternal(value) ? undefined : 'must not hold images from elsewhere: data:image/ or #id'
  if (LINKS.has(local) && !isSafeLink(value)) return `must not hold a link (${local}) of an active kind`
  return undefined
}

const isActive = (style: string): boolean =>
  style.length > STYLE_LENGTH_MAX || ACTIVE_STYLE.test(style.toLowerCase().replace(STYLE_IMAGE_DATA, ''))

/** Browsers leave white space and control characters out before they look at a link. */
const asBrowsersRead = (link: string): string => link.replace(/[^!-\uffff]/g, '').toLowerCase()

const isSafeLink = (link: string): boolean => {
  const scheme = SCHEME.exec(asBrowsersRead(link))?.[1]
  return scheme === undefined || LINK_SCHEMES.has(scheme)
}

/** An image inside the resource or, by a relative reference or a bundle's urn, in the same place as the resource. */
const isInternal = (link: string): boolean => {
  const read = asBrowsersRead(link)
  const scheme = SCHEME.exec(read)?.[1]
  if (scheme === undefined) return !/^[/\\]{2}/.test(read)
  return scheme === 'urn' || read.startsWith('data:image/')
}

const shorten = (name: string): string => (name.length > 50 ? `${name.slice(0, 50)}...` : name)
