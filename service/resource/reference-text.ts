/** What the text of Reference.reference says: R4 references.html#literal. */
import { STRING_LENGTH_MAX } from './primitives.ts'

export type ReferenceText =
  /** `#id`; the id is empty for the container itself. */
  | { readonly kind: 'contained'; readonly id: string }
  /** `Patient/1`, `http://elsewhere/fhir/Patient/1/_history/2`. The type has the form of a type's name, no more. */
  | {
      readonly kind: 'literal'
      readonly base: string | undefined
      readonly type: string
      readonly id: string
      readonly version: string | undefined
    }
  /** `Patient?identifier=system|value`: R4 http.html#trules */
  | { readonly kind: 'conditional'; readonly type: string; readonly query: string }
  /** `urn:uuid:...`, `urn:oid:...` and absolute URLs that name no resource type. */
  | { readonly kind: 'absolute' }
  | { readonly kind: 'malformed' }

const LITERAL =
  /^(?:(https?:\/\/[^\s?#]*)\/)?([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?(?:#\S*)?$/
const CONDITIONAL = /^([A-Z][A-Za-z]{1,63})\?(\S+)$/
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\S+$/i
const CONTAINED = /^#([A-Za-z0-9\-.]{0,64})$/

export function parseReference(text: string): ReferenceText {
  if (text.length > STRING_LENGTH_MAX) return { kind: 'malformed' }
  if (text.startsWith('#')) {
    const id = CONTAINED.exec(text)?.[1]
    return id === undefined ? { kind: 'malformed' } : { kind: 'contained', id }
  }
  if (text.startsWith('urn:')) return { kind: /\s/.test(text) ? 'malformed' : 'absolute' }
  const literal = LITERAL.exec(text)
  if (literal !== null) {
    const [, base, type = '', id = '', version] = literal
    return { kind: 'literal', base, type, id, version }
  }
  if (ABSOLUTE.test(text)) return { kind: 'absolute' }
  const conditional = CONDITIONAL.exec(text)
  if (conditional === null) return { kind: 'malformed' }
  const [, type = '', query = ''] = conditional
  return { kind: 'conditional', type, query }
}
