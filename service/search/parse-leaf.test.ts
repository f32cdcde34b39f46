import { expect, test } from 'vitest'
import { DEFINITIONS } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

/** The refusals of a search of one parameter: `Patient?name=ann`. */
function refusalsOf(search: string) {
  const [, type = '', name = '', value = ''] = /^(\w+)\?([^=]*)=(.*)$/s.exec(search) ?? []
  return { name, refusals: refusalOf(() => parseSearch(CONTEXT, type, [[name, value]], 'strict')) }
}

const PREFIXES = 'optionally behind one of eq ne gt lt ge le sa eb ap'
const CALENDAR = `a month, day, time and time zone that there are, as yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm], ${PREFIXES}`
const DATE = `yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm], ${PREFIXES}`
const NUMBER = `a number such as 100, 5.40 or 1e-3, ${PREFIXES}`
const QUANTITY = `number, number|system|code or number||code, the number ${PREFIXES}`
const TOKEN = "code, system|code, system| or |code (a '|' inside a code is written '\\|')"
const REFERENCE = 'an id, Type/id or an absolute URL'
const NO_EMPTY = "no empty value between commas (a ',' inside a value is written '\\,')"

test.each<[string, string, string]>([
  ['Patient?name=a,,b', '', NO_EMPTY],
  ['Patient?name=,', '', NO_EMPTY],
  ['Patient?name=\u0301', '\u0301', 'text with at least one letter, digit or sign'],
  ['Patient?birthdate=13', '13', DATE],
  ['Patient?birthdate=2013-02-30', '2013-02-30', CALENDAR],
  ['Patient?birthdate=ge2013-13', 'ge2013-13', CALENDAR],
  ['Observation?date=2013-01-01T10:00+99:00', '2013-01-01T10:00+99:00', CALENDAR],
  ['Patient?birthdate=xx2013', 'xx2013', DATE],
  ['RiskAssessment?probability=half', 'half', NUMBER],
  ['RiskAssessment?probability=1e999', '1e999', NUMBER],
  ['Observation?value-quantity=5|mg', '5|mg', QUANTITY],
  ['Observation?value-quantity=a||mg', 'a||mg', QUANTITY],
  ['Patient?identifier=a|b|c', 'a|b|c', TOKEN],
  ['Patient?identifier=|', '|', TOKEN],
  ['Observation?subject=Nobody/1', 'Nobody/1', `${REFERENCE}, and 'Nobody' is no resource type`],
  ['Observation?subject=Patent/1', 'Patent/1', `${REFERENCE}, and 'Patent' is no resource type (near: 'Patient')`],
  ['Patient?active=maybe', 'maybe', 'true or false'],
  ['Patient?deceased:not=1', '1', 'true or false'],
  ['Observation?subject=urn:uuid:1', 'urn:uuid:1', REFERENCE],
  ['Observation?subject=#1', '#1', REFERENCE],
  ['Observation?subject:Patient=Group/1', 'Group/1', 'a reference to Patient, as the modifier says'],
  ['Observation?subject:Patient=http://x.org', 'http://x.org', 'an id or Patient/id, as the modifier says'],
  ['Patient?_id=a/b', 'a/b', "an id: 1 to 64 letters, digits, '-' or '.'"],
])('the value of %s is refused', (search, value, expected) => {
  const { name, refusals } = refusalsOf(search)
  const diagnostics = `Parameter '${name}': '${value}' is not what it takes; expected ${expected}`
  expect(refusals[0]).toEqual(['value', name, diagnostics])
})

test('every malformed value is told once', () => {
  const { refusals } = refusalsOf('Patient?birthdate=1,2013,2,1')
  const diagnostics = (value: string) => `Parameter 'birthdate': '${value}' is not what it takes; expected ${DATE}`
  expect(refusals).toEqual([
    ['value', 'birthdate', diagnostics('1')],
    ['value', 'birthdate', diagnostics('2')],
  ])
})

test('a value that no engine could take is refused without being quoted', () => {
  expect(refusalsOf(`Patient?name=a,${'x'.repeat(10_001)}`).refusals).toEqual([
    ['too-costly', 'name', "Parameter 'name': it has a value of more than 10000 characters"],
  ])
  expect(() => parseSearch(CONTEXT, 'Patient', [['name', 'x'.repeat(10_000)]], 'strict')).not.toThrow()
})

test('a value that is far too long is quoted in part', () => {
  const [refusal] = refusalsOf(`Patient?birthdate=${'9'.repeat(5000)}`).refusals
  const quoted = `'${'9'.repeat(120)}...'`
  expect(refusal?.[2]).toBe(`Parameter 'birthdate': ${quoted} is not what it takes; expected ${DATE}`)
})

test('a search with more values than can be asked for at once is refused', () => {
  const values = Array.from({ length: 20_001 }, (_, index) => `${index}`).join(',')
  expect(refusalsOf(`Patient?identifier=${values}`).refusals).toEqual([
    ['too-costly', 'identifier', "Parameter 'identifier': it has too many values, or too many for a chain this wide"],
  ])
})

test.each<[string, string]>([
  ['Patient?name:missing=yes', "'yes' is not what :missing takes; expected true or false"],
  ['Patient?name:missing=true,false', "'true,false' is not what :missing takes; expected true or false"],
  [
    'Observation?subject:Practitioner=1',
    "'subject' of Observation points to Device, Group, Location, Patient, never to Practitioner",
  ],
])('%s is refused', (search, what) => {
  const { name, refusals } = refusalsOf(search)
  expect(refusals).toEqual([['value', name, `Parameter '${name}': ${what}`]])
})

test.each<[string, string, string]>([
  [
    'Observation?code:of-type=a|b|c',
    "':of-type' is not for this token parameter",
    "'code' takes :missing, :not, :in, :not-in, :above, :below, :text",
  ],
  [
    'Patient?gender:text=a',
    "':text' is not for this token parameter",
    "'gender' takes :missing, :not, :in, :not-in, :above, :below",
  ],
  [
    'QuestionnaireResponse?questionnaire:identifier=1',
    "':identifier' is not for this reference parameter",
    "'questionnaire' takes :missing, :below, a resource type",
  ],
  [
    'Observation?subject:text=a',
    "':text' is not for this reference parameter",
    "'subject' takes :missing, :identifier, a resource type",
  ],
  ['Patient?birthdate:Patient=1', "':Patient' is unknown", "'birthdate' takes :missing"],
  ['Patient?name:sounds=x', "':sounds' is unknown", "'name' takes :missing, :exact, :contains"],
  ['ValueSet?url:exact=x', "':exact' is not for this uri parameter", "'url' takes :missing, :below, :above"],
])('the modifier of %s is refused', (search, modifier, taken) => {
  const { name, refusals } = refusalsOf(search)
  expect(refusals).toEqual([['not-supported', name, `Parameter '${name}': the modifier ${modifier}; ${taken}`]])
})

test.each<[string, string, string]>([
  ['Patient?nmae=x', 'not-supported', "Patient has no search parameter 'nmae' (near: 'name')"],
  ['Patient?xyzxyz=x', 'not-supported', "Patient has no search parameter 'xyzxyz'"],
  ['Patient?name=', 'value', "Parameter 'name' has no value"],
])('%s is refused unless handling is lenient', (search, code, diagnostics) => {
  const { name, refusals } = refusalsOf(search)
  expect(refusals).toEqual([[code, name, diagnostics]])
})
