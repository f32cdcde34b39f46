import { expect, test } from 'vitest'
import { DEFINITIONS } from '#test/support/search-parameter.ts'
import { refusalOf } from '#test/support/search-refusal.ts'
import { parseSearch } from './parse.ts'

const CONTEXT = { definitions: DEFINITIONS, baseUrl: 'http://localhost/fhir', now: 0 }

/** The refusal of a search of one parameter: `Patient?name=ann`. */
function messageOf(search: string): string {
  const [, type = '', name = '', value = ''] = /^(\w+)\?([^=]*)=(.*)$/s.exec(search) ?? []
  return refusalOf(() => parseSearch(CONTEXT, type, [[name, value]], 'strict'))
    .map(([code, expression, diagnostics]) => `${code} ${expression}: ${diagnostics}`)
    .join('\n')
}

test.each<[string, string]>([
  ['Patient?nmae=x', "not-supported nmae: Patient has no search parameter 'nmae' (near: 'name')"],
  ['Patient?xyzxyz=x', "not-supported xyzxyz: Patient has no search parameter 'xyzxyz'"],
  ['Patient?name=', "value name: Parameter 'name' has no value"],
  [
    'Patient?name=a,,b',
    "value name: Parameter 'name': '' is not what it takes; expected no empty value between commas (a ',' inside a value is written '\\,')",
  ],
  [
    'Patient?birthdate=13,2013-02-30',
    `value birthdate: Parameter 'birthdate': '13' is not what it takes; expected yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm], optionally behind one of eq ne gt lt ge le sa eb ap
value birthdate: Parameter 'birthdate': '2013-02-30' is not what it takes; expected yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.sss]][Z|+hh:mm|-hh:mm], optionally behind one of eq ne gt lt ge le sa eb ap`,
  ],
  [
    'RiskAssessment?probability=half',
    "value probability: Parameter 'probability': 'half' is not what it takes; expected a number such as 100, 5.40 or 1e-3, optionally behind one of eq ne gt lt ge le sa eb ap",
  ],
  [
    'Observation?value-quantity=5|mg',
    "value value-quantity: Parameter 'value-quantity': '5|mg' is not what it takes; expected number, number|system|code or number||code, the number optionally behind one of eq ne gt lt ge le sa eb ap",
  ],
  [
    'Patient?identifier=a|b|c',
    "value identifier: Parameter 'identifier': 'a|b|c' is not what it takes; expected code, system|code, system| or |code (a '|' inside a code is written '\\|')",
  ],
  [
    'Patient?identifier=|',
    "value identifier: Parameter 'identifier': '|' is not what it takes; expected code, system|code, system| or |code (a '|' inside a code is written '\\|')",
  ],
  [
    'Observation?subject=Nobody/1',
    "value subject: Parameter 'subject': 'Nobody/1' is not what it takes; expected an id, Type/id or an absolute URL",
  ],
  [
    'Observation?subject:Patient=Group/1',
    "value subject:Patient: Parameter 'subject:Patient': 'Group/1' is not what it takes; expected a reference to Patient, as the modifier says",
  ],
  [
    'Observation?subject:Practitioner=1',
    "value subject:Practitioner: Parameter 'subject:Practitioner': 'subject' of Observation points to Device, Group, Location, Patient, never to Practitioner",
  ],
  [
    'Patient?_id=a/b',
    "value _id: Parameter '_id': 'a/b' is not what it takes; expected an id: 1 to 64 letters, digits, '-' or '.'",
  ],
  [
    'Patient?name:missing=yes',
    "value name:missing: Parameter 'name:missing': 'yes' is not what :missing takes; expected true or false",
  ],
  [
    'Patient?name:missing=true,false',
    "value name:missing: Parameter 'name:missing': 'true,false' is not what :missing takes; expected true or false",
  ],
  [
    'Observation?code:in=http://x.org/vs',
    "not-supported code:in: Parameter 'code:in': the modifier ':in' is not supported for token parameters; 'code' takes :missing, :not",
  ],
  [
    'Observation?subject:identifier=1',
    "not-supported subject:identifier: Parameter 'subject:identifier': the modifier ':identifier' is not supported for reference parameters; 'subject' takes :missing, a resource type",
  ],
  [
    'Patient?name:sounds=x',
    "not-supported name:sounds: Parameter 'name:sounds': the modifier ':sounds' is unknown; 'name' takes :missing, :exact, :contains",
  ],
  [
    'Observation?code-value-quantity=a$5',
    "not-supported code-value-quantity: The composite search parameter 'code-value-quantity' of Observation is not supported yet",
  ],
  ['Location?near=1|2', "not-supported near: The special search parameter 'near' of Location is not supported yet"],
  ['Patient?_text=x', "not-supported _text: Parameter '_text' is not supported yet"],
  ['Patient?_filter=x', "not-supported _filter: Parameter '_filter' is not supported yet"],
])('%s is refused', (search, message) => {
  expect(messageOf(search)).toBe(message)
})

test('a value that is far too long is quoted in part', () => {
  expect(messageOf(`Patient?birthdate=${'9'.repeat(5000)}`)).toContain(`'${'9'.repeat(120)}...' is not what it takes`)
})

test.each<[string, string]>([
  ['Patient?_count=-1', "value _count: Parameter '_count': '-1' is not what it takes; expected a number, 0 or more"],
  ['Patient?_count=1e3', "value _count: Parameter '_count': '1e3' is not what it takes; expected a number, 0 or more"],
  [
    'Patient?_total=all',
    "value _total: Parameter '_total': 'all' is not what it takes; expected one of none, estimate, accurate",
  ],
  [
    'Patient?_summary=yes',
    "value _summary: Parameter '_summary': 'yes' is not what it takes; expected one of true, text, data, count, false",
  ],
  [
    'Patient?_sort=',
    "value _sort: Parameter '_sort': '' is not what it takes; expected parameters, '-' before one for descending",
  ],
  ['Patient?_sort=brithdate', "not-supported _sort: Patient has no search parameter 'brithdate' (near: 'birthdate')"],
  ['Patient?_sort:desc=name', "not-supported _sort:desc: Parameter '_sort:desc': _sort takes no modifier"],
  [
    'Location?_sort=near',
    "not-supported _sort: Parameter '_sort': sorting by the special parameter 'near' is not supported",
  ],
])('%s is refused', (search, message) => {
  expect(messageOf(search)).toBe(message)
})
