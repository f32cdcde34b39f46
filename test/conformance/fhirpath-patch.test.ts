/** R4 fhirpatch.html; what is refused is in patch.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fhirpathPatch, NAMED } from '#test/support/patches.ts'
import { openRestWorld, type RestWorld, stamped } from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: NAMED })
  world.clock.advance(1000)
})

afterEach(() => world.close())

const SECOND = { id: 'a', version: 2, afterMs: 1000 }

describe('a FHIRPath Patch', () => {
  test.each([
    [
      'adds to a list',
      { type: 'add', path: 'Patient', name: 'name', value: { valueHumanName: { text: 'B' } } },
      { name: [...NAMED.name, { text: 'B' }] },
    ],
    [
      'adds an element',
      { type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'female' } },
      { gender: 'female' },
    ],
    [
      'adds a choice',
      { type: 'add', path: 'Patient', name: 'deceased', value: { valueBoolean: true } },
      { deceasedBoolean: true },
    ],
    [
      'adds a backbone of parts',
      {
        type: 'add',
        path: 'Patient',
        name: 'contact',
        value: {
          part: [
            { name: 'gender', valueCode: 'male' },
            { name: 'telecom', valueContactPoint: { value: '1' } },
          ],
        },
      },
      { contact: [{ gender: 'male', telecom: [{ value: '1' }] }] },
    ],
    [
      'adds an extension to a primitive',
      {
        type: 'add',
        path: 'Patient.birthDate',
        name: 'extension',
        value: {
          part: [
            { name: 'url', valueUri: 'urn:x' },
            { name: 'value', valueCode: 'y' },
          ],
        },
      },
      { _birthDate: { extension: [{ url: 'urn:x', valueCode: 'y' }] } },
    ],
    [
      'inserts',
      { type: 'insert', path: 'Patient.name[0].given', index: 1, value: { valueString: 'Ida' } },
      { name: [{ family: 'Berg', given: ['Ada', 'Ida', 'Eva'] }, { family: 'Alt' }] },
    ],
    ['deletes an element', { type: 'delete', path: "Patient.name.where(family = 'Alt')" }, { name: [NAMED.name[0]] }],
    ['deletes all of a list', { type: 'delete', path: 'Patient.identifier' }, { identifier: undefined }],
    [
      'replaces',
      { type: 'replace', path: 'Patient.name[1].family', value: { valueString: 'Neu' } },
      { name: [NAMED.name[0], { family: 'Neu' }] },
    ],
    [
      'replaces a date',
      { type: 'replace', path: 'Patient.birthDate', value: { valueDate: '1970-01-02' } },
      { birthDate: '1970-01-02' },
    ],
    [
      'moves',
      { type: 'move', path: 'Patient.name', source: 1, destination: 0 },
      { name: [NAMED.name[1], NAMED.name[0]] },
    ],
  ] as const)('%s', async (_what, operation, change) => {
    const { status, body } = await world.send('PATCH /Patient/a', fhirpathPatch(operation as never))
    expect({ status, body }).toEqual({
      status: 200,
      body: JSON.parse(JSON.stringify(stamped({ ...NAMED, ...change }, SECOND))),
    })
  })

  test('runs one operation after the other', async () => {
    const sent = fhirpathPatch(
      { type: 'add', path: 'Patient', name: 'contact', value: { part: [{ name: 'gender', valueCode: 'male' }] } },
      { type: 'add', path: 'Patient.contact[0]', name: 'name', value: { valueHumanName: { text: 'C' } } },
      { type: 'replace', path: 'Patient.contact[0].name.text', value: { valueString: 'D' } },
    )
    expect((await world.send('PATCH /Patient/a', sent)).body).toMatchObject({
      contact: [{ gender: 'male', name: { text: 'D' } }],
    })
  })

  test('changes the type of a choice', async () => {
    await world.send(
      'PATCH /Patient/a',
      fhirpathPatch({ type: 'add', path: 'Patient', name: 'deceased', value: { valueBoolean: true } }),
    )
    const sent = fhirpathPatch({ type: 'replace', path: 'Patient.deceased', value: { valueDateTime: '2020' } })
    const { body } = await world.send('PATCH /Patient/a', sent)
    expect(body).toMatchObject({ deceasedDateTime: '2020' })
    expect(body).not.toHaveProperty('deceasedBoolean')
  })

  test('that deletes what is not there changes nothing', async () => {
    const sent = fhirpathPatch({ type: 'delete', path: 'Patient.photo' })
    expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
  })
})
