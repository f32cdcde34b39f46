import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomContent } from '#test/support/random-content.ts'
import { testCall } from '#test/support/test-call.ts'
import { testDefinitions } from '#test/support/test-world.ts'
import { xmlSchema } from '../../formats/xml-slots.ts'
import type { JsonObject, JsonValue } from '../content.ts'
import { isJsonObject } from '../json.ts'
import { applyJsonPatch } from './json-patch.ts'
import { equalJson } from './json-values.ts'
import { applyXmlPatch } from './xml-patch.ts'

const definitions = testDefinitions.for(testCall().tenant)
const schema = xmlSchema(definitions)

/** A string in the content: where JSON Patch and XML Patch find it. */
interface Leaf {
  readonly pointer: string
  readonly selector: string
}

function leavesOf(value: JsonObject, path: string, pointer: string, selector: string): Leaf[] {
  const slots = schema(path)?.byName
  return Object.entries(value).flatMap(([name, member]): Leaf[] => {
    const slot = slots?.get(name)
    if (!slot || member === undefined || slot.kind === 'xhtml') return []
    if (slot.kind === 'attribute') {
      return [{ pointer: `${pointer}/${name}`, selector: `${selector}/@${name}` }]
    }
    const items: readonly (readonly [JsonValue, string, string])[] = Array.isArray(member)
      ? member.map((item, index) => [item, `/${index}`, `[${index + 1}]`] as const)
      : [[member, '', '']]
    return items.flatMap(([item, index, position]) => {
      const [at, found] = [`${pointer}/${name}${index}`, `${selector}/f:${name}${position}`]
      if (typeof item === 'string') return [{ pointer: at, selector: `${found}/@value` }]
      if (!isJsonObject(item)) return []
      const inner = slot.kind === 'resource' ? String(item.resourceType) : slot.type
      return leavesOf(item, inner, at, slot.kind === 'resource' ? `${found}/f:${inner}` : found)
    })
  })
}

test.each(['Patient', 'Observation', 'Bundle', 'Questionnaire', 'StructureMap', 'Parameters'])(
  'a value of a %s is replaced by JSON Patch and by XML Patch with one result',
  type => {
    const inputs = fc.tuple(fc.integer(), fc.array(fc.tuple(fc.nat(), fc.string({ minLength: 1 })), { maxLength: 5 }))
    fc.assert(
      fc.property(inputs, ([seed, choices]) => {
        const content = randomContent(definitions, type, seed)
        const leaves = leavesOf(content, type, '', `f:${type}`)
        const changes =
          leaves.length === 0 ? [] : choices.map(([nth, text]) => [leaves[nth % leaves.length], text] as const)
        const json = changes.map(([leaf, value]) => ({ op: 'replace', path: leaf?.pointer, value }))
        const xml = changes.map(
          ([leaf, value]) => `<replace sel="${leaf?.selector}"><![CDATA[${value.replaceAll(']]>', '')}]]></replace>`,
        )
        const patch = `<diff xmlns:f="http://hl7.org/fhir">${xml.join('')}</diff>`
        fc.pre(changes.every(([, text]) => !/[^\t\n -\uffff]|[\ufffe\uffff\r]|\]\]>/.test(text) && text.isWellFormed()))
        const expected = applyJsonPatch(content, json as JsonValue)
        expect(equalJson(applyXmlPatch(definitions, content, patch), expected)).toBe(true)
      }),
      { numRuns: 60 },
    )
  },
)

test('of any text as a selector or as a patch nothing but a Fault comes', () => {
  const content: JsonObject = { resourceType: 'Patient', id: 'a', name: [{ family: 'x' }, { text: 'y' }] }
  const pieces = [
    'f:Patient',
    '/',
    'f:name',
    '[1]',
    "[f:family/@value='x']",
    '@value',
    'text()',
    '[',
    ']',
    '*',
    '.',
    "'",
    '=',
    ' ',
  ]
  const selectors = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 2 })), { maxLength: 8 })
  fc.assert(
    fc.property(selectors, fc.constantFrom('add', 'replace', 'remove'), fc.string(), (parts, name, inside) => {
      const selector = parts.join('').replace(/[<>&"]|[^ -~]/g, '')
      const patch = `<diff xmlns:f="http://hl7.org/fhir"><${name} sel="${selector}">${inside}</${name}></diff>`
      try {
        applyXmlPatch(definitions, content, patch)
      } catch (error) {
        expect(error).toMatchObject({ category: expect.stringMatching(/^(invalid|unprocessable)$/) })
      }
    }),
    { numRuns: 400 },
  )
})
