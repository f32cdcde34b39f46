import { expect, it } from 'vitest'
import { type InvalidResources, issuesOf, observation, patient } from '#test/support/validation.ts'
import type { JsonObject } from './content.ts'
import { parseJson } from './json.ts'

const invalid: InvalidResources = {
  'unknown elements': [
    patient({
      foo: 1,
      birthdate: '2000',
      name: [{ famly: 'a', given: ['b'] }],
      'a b': 1,
      '': 1,
      _name: [],
      __proto: 1,
    }),
    ['structure', 'Patient.foo', '"foo" is not an element of Patient'],
    ['structure', 'Patient.birthdate', '"birthdate" is not an element of Patient: is birthDate meant?'],
    ['structure', 'Patient.name[0].famly', '"famly" is not an element of HumanName: is family meant?'],
    ['structure', 'Patient', '"a b" is not an element of Patient'],
    ['structure', 'Patient', '"" is not an element of Patient'],
    ['structure', 'Patient._name', '"_name" is not an element of Patient: is name meant?'],
    ['structure', 'Patient.__proto', '"__proto" is not an element of Patient'],
  ],
  'a prototype as an element': [
    parseJson('{"resourceType":"Patient","__proto__":{"active":1}}'),
    ['structure', 'Patient.__proto__', '"__proto__" is not an element of Patient'],
  ],
  'a long unknown name': [
    patient({ ['x'.repeat(1000)]: 1 }),
    ['structure', 'Patient', `"${'x'.repeat(50)}"... is not an element of Patient`],
  ],
  'choices without a type': [
    observation({ value: 1 }),
    [
      'structure',
      'Observation.value',
      '"value" is not an element of Observation: its name must say the type, such as valueQuantity',
    ],
  ],
  'choices of two types': [
    observation({ valueString: 'a', valueInteger: 1, effectiveDateTime: '2024', _effectiveInstant: { id: 'a' } }),
    ['structure', 'Observation.value', 'value[x] must be of one type, not both valueString and valueInteger'],
    [
      'structure',
      'Observation.effective',
      'effective[x] must be of one type, not both effectiveDateTime and effectiveInstant',
    ],
    ['invariant', 'Observation.effective', '_effectiveInstant must have a value or extensions (ele-1)'],
  ],
  'choices of a type that is not allowed': [
    observation({ valueMoney: { value: 1 } }),
    [
      'structure',
      'Observation.valueMoney',
      '"valueMoney" is not an element of Observation: value[x] can\'t be of that type',
    ],
  ],
  'missing elements': [
    { resourceType: 'Observation', component: [{}] },
    ['required', 'Observation.component[0].code', 'code is required and missing'],
    ['invariant', 'Observation.component[0]', 'component must not be empty (ele-1)'],
    ['required', 'Observation.status', 'status is required and missing'],
    ['required', 'Observation.code', 'code is required and missing'],
  ],
  'missing choices': [
    { resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject: { reference: 'Patient/1' } },
    ['required', 'MedicationRequest.medication', 'medication[x] is required and missing'],
  ],
  'arrays where none belong, and the reverse': [
    patient({ active: [true], name: { family: 'a' }, maritalStatus: [{ text: 'a' }], contact: 'a', _gender: [null] }),
    ['structure', 'Patient.active', 'active must not be an array'],
    ['structure', 'Patient.name', 'name must be an array, not an object'],
    ['structure', 'Patient.maritalStatus', 'maritalStatus must not be an array'],
    ['structure', 'Patient.contact', 'contact must be an array, not "a"'],
    ['structure', 'Patient.gender', '_gender must not be an array'],
  ],
  'empty arrays, objects and strings': [
    patient({ name: [], telecom: [{}], maritalStatus: {}, birthDate: '', contact: [{ id: 'a' }], _active: {} }),
    ['structure', 'Patient.name', 'name must not be an empty array: leave the element out'],
    ['invariant', 'Patient.telecom[0]', 'telecom must not be empty (ele-1)'],
    ['invariant', 'Patient.maritalStatus', 'maritalStatus must not be empty (ele-1)'],
    ['value', 'Patient.birthDate', 'birthDate must not be empty: leave the element out'],
    ['invariant', 'Patient.contact[0]', 'contact must not be empty (ele-1)'],
    ['invariant', 'Patient.active', '_active must have a value or extensions (ele-1)'],
  ],
  null: [
    patient({
      active: null,
      name: [null, { given: ['a', null], _given: [{ id: 'x' }, null] }],
      maritalStatus: null,
      _gender: null,
    }),
    ['structure', 'Patient.active', 'active must not be null: leave the element out'],
    ['structure', 'Patient.name[0]', 'name must be an object, not null'],
    [
      'structure',
      'Patient.name[1].given[1]',
      'given must not hold null but where _given has an element at the same place',
    ],
    ['structure', 'Patient.name[1].given[1]', '_given must not be null where there is no value'],
    ['structure', 'Patient.maritalStatus', 'maritalStatus must be an object, not null'],
    ['structure', 'Patient.gender', '_gender must not be null where there is no value'],
  ],
  'extensions of primitives that do not fit the values': [
    patient({
      name: [
        { given: ['a', 'b'], _given: [{ id: 'x' }] },
        { family: 'a', _family: 'b' },
        { text: 'a', _text: { foo: 1 } },
      ],
    }),
    [
      'structure',
      'Patient.name[0].given',
      '_given must have as many entries as given, null where there is nothing to say',
    ],
    ['structure', 'Patient.name[1].family', '_family must be an object, not "b"'],
    ['structure', 'Patient.name[2].text.foo', '"foo" is not an element of Element'],
  ],
  'JSON of the wrong type': [
    patient({
      active: 'true',
      multipleBirthInteger: '2',
      birthDate: 1974,
      name: ['Peter', { given: [1, { a: 1 }] }],
    }),
    ['structure', 'Patient.active', 'active must be the JSON value true or false, not "true"'],
    ['structure', 'Patient.multipleBirth', 'multipleBirthInteger must be a JSON number, not "2"'],
    ['structure', 'Patient.birthDate', 'birthDate must be a JSON string, not 1974'],
    ['structure', 'Patient.name[0]', 'name must be an object, not "Peter"'],
    ['structure', 'Patient.name[1].given[0]', 'given must be a JSON string, not 1'],
    ['structure', 'Patient.name[1].given[1]', 'given must be a JSON string, not an object'],
  ],
  'lossy numbers where they do not belong': [
    parseJson('{"resourceType":"Patient","multipleBirthInteger":1.0,"active":1.50,"maritalStatus":1.50,"name":[1e3]}'),
    ['value', 'Patient.multipleBirth', 'multipleBirthInteger 1.0 must be an integer from -2147483648 to 2147483647'],
    ['structure', 'Patient.active', 'active must be the JSON value true or false, not 1.50'],
    ['structure', 'Patient.maritalStatus', 'maritalStatus must be an object, not 1.50'],
    ['structure', 'Patient.name[0]', 'name must be an object, not 1e3'],
  ],
  formats: [
    patient({
      id: 'a b',
      birthDate: '1970-02-30',
      deceasedDateTime: '2024-01-01T10:00',
      identifier: [{ system: 'not a uri' }],
      photo: [{ data: '!', size: -1, creation: '2024-13' }],
      telecom: [{ rank: 0 }],
      language: ' de',
    }),
    ['value', 'Patient.id', "id \"a b\" must be an id: 1 to 64 letters, digits, '-' and '.'"],
    ['value', 'Patient.birthDate', 'birthDate "1970-02-30" is not a day of the calendar'],
    [
      'value',
      'Patient.deceased',
      'deceasedDateTime "2024-01-01T10:00" must be a date (YYYY, YYYY-MM, YYYY-MM-DD) or a date and time with seconds and time zone (YYYY-MM-DDThh:mm:ss+zz:zz)',
    ],
    [
      'value',
      'Patient.identifier[0].system',
      'system "not a uri" must be a URI: no white space, no control characters',
    ],
    [
      'value',
      'Patient.photo[0].data',
      'data "!" must be base64: groups of four letters, digits, + and /, filled up with =',
    ],
    ['value', 'Patient.photo[0].size', 'size -1 must be an integer from 0 to 2147483647'],
    [
      'value',
      'Patient.photo[0].creation',
      'creation "2024-13" must be a date (YYYY, YYYY-MM, YYYY-MM-DD) or a date and time with seconds and time zone (YYYY-MM-DDThh:mm:ss+zz:zz)',
    ],
    ['value', 'Patient.telecom[0].rank', 'rank 0 must be an integer from 1 to 2147483647'],
    ['value', 'Patient.language', 'language " de" must be a code: no white space but single spaces inside'],
  ],
  'long values, which are cut': [
    patient({ birthDate: 'x'.repeat(1000) }),
    ['value', 'Patient.birthDate', `birthDate "${'x'.repeat(50)}"... must be a date: YYYY, YYYY-MM or YYYY-MM-DD`],
  ],
  extensions: [
    patient({
      extension: [
        { url: 'http://a.org', valueString: 'a', extension: [{ url: 'b', valueCode: 'c' }] },
        { url: 'http://a.org' },
        { valueString: 'a' },
        { url: 'http://a.org', valueString: 'a', valueCode: 'a' },
      ],
    }),
    ['invariant', 'Patient.extension[0]', 'An extension must have either a value or extensions of its own (ext-1)'],
    ['invariant', 'Patient.extension[1]', 'An extension must have either a value or extensions of its own (ext-1)'],
    ['required', 'Patient.extension[2].url', 'url is required and missing'],
    ['structure', 'Patient.extension[3].value', 'value[x] must be of one type, not both valueString and valueCode'],
  ],
  narratives: [
    patient({ text: { status: 'bad', div: '<div>a<script/></div>' } }),
    [
      'code-invalid',
      'Patient.text.status',
      'status "bad" must be from the value set http://hl7.org/fhir/ValueSet/narrative-status: generated | extensions | additional | empty',
    ],
    [
      'invariant',
      'Patient.text.div',
      'div must be one div element in the namespace http://www.w3.org/1999/xhtml (txt-1)',
    ],
    ['invariant', 'Patient.text.div', 'div must not hold elements of other namespaces (txt-1)'],
  ],
  'a narrative that is no string': [
    patient({ text: { status: 'generated', div: 1 } }),
    ['structure', 'Patient.text.div', 'div must be a JSON string, not 1'],
  ],
  'a resource type inside of what is none': [
    patient({ name: [{ resourceType: 'HumanName', family: 'a' }] }),
    ['structure', 'Patient.name[0].resourceType', '"resourceType" is not an element of HumanName'],
  ],
}

it.each(Object.entries(invalid))('%s', (_name, [content, ...issues]) => {
  expect(issuesOf(content)).toEqual(issues)
})

it('list a hundred issues and one that there are more', () => {
  const issues = issuesOf(patient({ name: Array(500).fill({ foo: 1 }) }))
  expect(issues.slice(0, 100)).toEqual(
    Array.from({ length: 100 }, (_, index) => [
      'structure',
      `Patient.name[${index}].foo`,
      '"foo" is not an element of HumanName',
    ]),
  )
  expect(issues.slice(100)).toEqual([['processing', undefined, 'There are more problems than the 100 that are listed']])
})

it('are not followed into any depth', () => {
  let extension: JsonObject = { url: 'a', valueString: 'b' }
  for (let level = 0; level < 120; level++) extension = { url: 'a', extension: [extension] }
  expect(issuesOf(patient({ extension: [extension] }))).toEqual([
    ['structure', `Patient${'.extension[0]'.repeat(100)}`, 'Elements must not be nested deeper than 100 levels'],
  ])
})
