import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomContent } from '#test/support/random-content.ts'
import { testCall } from '#test/support/test-call.ts'
import { type SeenFault, testDefinitions } from '#test/support/test-world.ts'
import { Fault } from '../fault.ts'
import type { JsonObject, JsonValue } from '../resource/content.ts'
import { isRawJson, stringifyJson } from '../resource/json.ts'
import { readXml } from './read-xml.ts'
import { writeXml, type XmlOptions } from './write-xml.ts'

const definitions = testDefinitions.for(testCall().tenant)

const xmlOf = (content: JsonObject, options?: XmlOptions): string =>
  Buffer.concat(writeXml(definitions, content, options)).toString('utf8')

/** JSON text with members in the order of their names: objects have no order. */
const canonical = (value: JsonValue): string => stringifyJson(sorted(value))

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || isRawJson(value)) return value
  const entries = Object.entries(value as JsonObject).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, member === undefined ? member : sorted(member)]))
}

test.each(definitions.resourceTypes)('%s goes to XML and comes back as it was', type => {
  const seeds = fc.tuple(fc.integer(), fc.constantFrom('compact', 'indented'))
  fc.assert(
    fc.property(seeds, ([seed, layout]) => {
      const content = randomContent(definitions, type, seed)
      const back = readXml(definitions, xmlOf(content, { layout }))
      expect(canonical(back)).toBe(canonical(content))
    }),
    { numRuns: 12 },
  )
})

test('what is written is in the order of the specification', () => {
  const content = {
    resourceType: 'Patient',
    birthDate: '1999',
    active: true,
    name: [{ given: ['a'], family: 'b', id: 'n' }],
    id: '1',
    _birthDate: { extension: [{ valueString: 'x', url: 'u' }], id: 'd' },
  }
  expect(xmlOf(content)).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="1"/><active value="true"/>' +
      '<name id="n"><family value="b"/><given value="a"/></name>' +
      '<birthDate id="d" value="1999"><extension url="u"><valueString value="x"/></extension></birthDate></Patient>',
  )
})

test('what XML has no place for is replaced, and what attributes would lose is escaped', () => {
  const diagnostics = '\u0000\u001f\ud800\uffff <a href="x">&amp;</a>\r\n\t'
  const content = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'value', diagnostics }] }
  const xml = xmlOf(content)
  expect(xml).toContain(
    'value="\ufffd\ufffd\ufffd\ufffd &lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;&#13;&#10;&#9;"',
  )
  expect(readXml(definitions, xml)).toMatchObject({
    issue: [{ diagnostics: '\ufffd\ufffd\ufffd\ufffd <a href="x">&amp;</a>\r\n\t' }],
  })
})

const patient = (inside: string): string => `<Patient xmlns="http://hl7.org/fhir">${inside}</Patient>`

test.each([
  ['prefixes', '<f:Patient xmlns:f="http://hl7.org/fhir"><f:id value="1"/></f:Patient>', { id: '1' }],
  [
    'a div whose namespace is declared around it',
    '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns="http://www.w3.org/1999/xhtml"><f:text><f:status value="empty"/><div>x</div></f:text></f:Patient>',
    { text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } },
  ],
  [
    'a schema location, comments and processing instructions',
    '<?xml-stylesheet href="x"?><!-- a --><Patient xmlns="http://hl7.org/fhir" xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="a b"><!-- b --><id value="1"/></Patient>',
    { id: '1' },
  ],
  ['elements in another order', patient('<birthDate value="1999"/><id value="1"/>'), { id: '1', birthDate: '1999' }],
  [
    'white space around numbers and booleans',
    patient('<active value=" true "/><multipleBirthInteger value=" +2 "/>'),
    {
      active: true,
      multipleBirthInteger: 2,
    },
  ],
  ['values of another form, for validation to refuse', patient('<active value="yes"/>'), { active: 'yes' }],
  [
    'a list without any value',
    patient('<name><given id="a"/><given id="b"/></name>'),
    {
      name: [{ _given: [{ id: 'a' }, { id: 'b' }] }],
    },
  ],
])('reads %s', (_what, xml, content) => {
  expect(readXml(definitions, xml)).toEqual({ resourceType: 'Patient', ...content })
})

function refusalOf(xml: string): SeenFault {
  try {
    readXml(definitions, xml)
  } catch (error) {
    if (Fault.is(error)) return { category: error.category, issues: error.issues }
    throw error
  }
  throw new Error('A refusal was expected')
}

const seen = ({ category, issues }: SeenFault) => [
  category,
  ...issues.map(({ diagnostics, expression }) => `${expression?.[0] ?? '-'}: ${diagnostics}`),
]

const ENTITIES = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'

test.each([
  [
    'a document type',
    `${ENTITIES}${patient('<id value="&b;"/>')}`,
    'a document type (DTD) is not taken at line 1, column 95',
  ],
  ['an entity', patient('<id value="&x;"/>'), 'undefined entity. at line 1, column 51'],
  [
    'an end that is missing',
    '<Patient xmlns="http://hl7.org/fhir">\n<id value="1"/>',
    'unclosed tag: Patient at line 2, column 15',
  ],
  ['JSON', '{"resourceType":"Patient"}', 'text data outside of root node. at line 1, column 26'],
  ['nothing', '', 'document must contain a root element. at line 1, column 1'],
  ['an unbound prefix', patient('<x:id value="1"/>'), 'unbound namespace prefix: "x". at line 1, column 54'],
  [
    'another encoding',
    `<?xml version="1.0" encoding="latin1"?>${patient('')}`,
    'the encoding "latin1" is not taken: send UTF-8 at line 1, column 39',
  ],
  ['a control character', patient('<id value="&#1;"/>'), 'malformed character entity. at line 1, column 52'],
  ['depth', '<a>'.repeat(300), undefined],
])('%s is no XML of FHIR', (_what, xml, problem) => {
  const { category, issues } = refusalOf(xml)
  expect(category).toBe(problem === undefined ? 'unprocessable' : 'invalid')
  if (problem !== undefined) expect(issues[0]?.diagnostics).toBe(`The content is not valid XML: ${problem}`)
})

test.each([
  ['<foo value="1"/>', ['Patient.foo: "foo" is not an element of Patient (line 1, column 38)']],
  ['\n <nme/>', ['Patient.nme: "nme" is not an element of Patient: is name meant? (line 2, column 2)']],
  [
    '<name><given><x/></given></name>',
    [
      'Patient.name[0].given[0].x: "x" is not an element of Element (line 1, column 51)',
      'Patient.name[0].given[0]: It is empty: it must have a value or extensions (line 1, column 44)',
    ],
  ],
  ['<name/>', ['Patient.name[0]: It is empty: it must have elements (line 1, column 38)']],
  ['<birthDate/>', ['Patient.birthDate: It is empty: it must have a value or extensions (line 1, column 38)']],
  ['<birthDate value=""/>', ['Patient.birthDate: birthDate must not have an empty value (line 1, column 38)']],
  ['<id value="1"/><id value="2"/>', ['Patient.id: id is there more than once (line 1, column 53)']],
  [
    '<gender>male</gender>',
    [
      'Patient.gender: There must be no text between elements: values are attributes (line 1, column 38)',
      'Patient.gender: It is empty: it must have a value or extensions (line 1, column 38)',
    ],
  ],
  [
    '<name family="x"/>',
    [
      'Patient.name[0]: "family" is not an attribute of name: it is an element, <family value="..."/> (line 1, column 38)',
      'Patient.name[0]: It is empty: it must have elements (line 1, column 38)',
    ],
  ],
  [
    '<extension><url value="x"/></extension>',
    [
      'Patient.extension[0].url: url of Extension is an attribute in XML (line 1, column 49)',
      'Patient.extension[0]: It is empty: it must have elements (line 1, column 38)',
    ],
  ],
  ['<contained/>', ['Patient.contained[0]: There is no resource inside (line 1, column 38)']],
  [
    '<contained><Patiend/></contained>',
    [
      'Patient.contained[0]: The element "Patiend" of the namespace "http://hl7.org/fhir" is not a resource of R4 in the namespace http://hl7.org/fhir (line 1, column 49)',
      'Patient.contained[0]: There is no resource inside (line 1, column 38)',
    ],
  ],
  [
    '<text><div>x</div></text>',
    [
      'Patient.text.div: "div" of the namespace "http://hl7.org/fhir" must be in the namespace http://www.w3.org/1999/xhtml (line 1, column 44)',
      'Patient.text: It is empty: it must have elements (line 1, column 38)',
    ],
  ],
  [
    '<id xmlns="urn:x" value="1"/>',
    ['Patient.id: "id" of the namespace "urn:x" must be in the namespace http://hl7.org/fhir (line 1, column 38)'],
  ],
])('%s is refused with its place', (inside, problems) => {
  expect(seen(refusalOf(patient(inside)))).toEqual(['unprocessable', ...problems])
})

test('everything wrong is told at once, up to a hundred', () => {
  expect(refusalOf(patient('<foo/>'.repeat(300))).issues).toHaveLength(100)
})

test('deep narratives are given up before they cost', () => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'<b>'.repeat(50_000)}`
  expect(seen(refusalOf(patient(`<text>${div}</text>`)))[1]).toMatch(/xhtml is nested deeper than 200 elements/)
})
