import { describe, expect, it } from 'vitest'
import { definitions, issuesOf, narrative, observation, patient } from '#test/support/validation.ts'
import type { View } from '../fhir-service.ts'
import type { JsonObject, ResourceContent } from './content.ts'
import { stringifyJson } from './json.ts'
import { applyView, isFullView } from './view.ts'

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'subsetted',
}
const META = { versionId: '1', lastUpdated: '2024-01-01T00:00:00.000Z' }

/** What the view leaves; what it leaves of a valid resource is valid, and the original stays. */
function cut(resource: JsonObject, view: View): ResourceContent {
  expect(issuesOf(resource)).toEqual([])
  const before = stringifyJson(resource)
  const left = applyView(definitions, resource as ResourceContent, view)
  expect(stringifyJson(resource)).toBe(before)
  expect(issuesOf(left)).toEqual([])
  return left
}

const full = patient({
  id: '1',
  meta: { ...META, tag: [{ code: 'a' }] },
  implicitRules: 'http://a.org/rules',
  language: 'de',
  text: narrative('a'),
  contained: [{ resourceType: 'Organization', id: 'o', name: 'a' }],
  extension: [{ url: 'http://a.org', valueString: 'a' }],
  modifierExtension: [{ url: 'http://a.org', valueString: 'a' }],
  name: [{ id: 'n', family: 'a', _family: { extension: [{ url: 'http://a.org', valueString: 'a' }] } }],
  gender: 'male',
  _birthDate: { extension: [{ url: 'http://a.org', valueString: 'a' }] },
  deceasedBoolean: false,
  maritalStatus: { text: 'a' },
  photo: [{ contentType: 'image/png' }],
  contact: [{ name: { family: 'a' } }],
  link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
})
const TAGGED = { ...META, tag: [{ code: 'a' }, SUBSETTED] }
const always = {
  id: '1',
  meta: TAGGED,
  implicitRules: 'http://a.org/rules',
  modifierExtension: [{ url: 'http://a.org', valueString: 'a' }],
}

describe('full views', () => {
  it('are those that cut no resource', () => {
    const views: View[] = [{}, { summary: 'false' }, { summary: 'count' }]
    expect(views.map(isFullView)).toEqual([true, true, true])
    for (const view of views) expect(applyView(definitions, full as ResourceContent, view)).toBe(full)
    const parts: View[] = [{ summary: 'true' }, { summary: 'text' }, { summary: 'data' }, { elements: [] }]
    expect(parts.map(isFullView)).toEqual([false, false, false, false])
  })
})

describe('_summary=true', () => {
  it('leaves the elements of the summary', () => {
    expect(cut(full, { summary: 'true' })).toEqual(
      patient({
        ...always,
        name: [{ family: 'a', _family: { extension: [{ url: 'http://a.org', valueString: 'a' }] } }],
        gender: 'male',
        _birthDate: { extension: [{ url: 'http://a.org', valueString: 'a' }] },
        deceasedBoolean: false,
        link: [{ other: { reference: 'Patient/2' }, type: 'seealso' }],
      }),
    )
  })

  it('leaves the summary of parts, mandatory parts whole where they have none, and nothing empty', () => {
    const report = {
      resourceType: 'DocumentReference',
      status: 'current',
      identifier: [{ value: '1' }, { extension: [{ url: 'http://a.org', valueString: 'a' }] }],
      content: [{ attachment: { contentType: 'text/plain', data: 'AAAA', title: 'a' }, id: 'c' }],
    }
    expect(cut(report, { summary: 'true' })).toEqual({
      resourceType: 'DocumentReference',
      meta: { tag: [SUBSETTED] },
      status: 'current',
      identifier: [{ value: '1' }],
      content: [{ attachment: { contentType: 'text/plain', title: 'a' } }],
    })
    const bare = { ...report, content: [{ attachment: { data: 'AAAA' } }] }
    expect(cut(bare, { summary: 'true' }).content).toEqual([{ attachment: { data: 'AAAA' } }])
  })

  it('leaves the resources in the entries of a Bundle whole', () => {
    const entry = [{ fullUrl: 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7', resource: full }]
    expect(cut({ resourceType: 'Bundle', type: 'collection', entry }, { summary: 'true' })).toEqual({
      resourceType: 'Bundle',
      meta: { tag: [SUBSETTED] },
      type: 'collection',
      entry,
    })
  })
})

describe('_summary=text and _summary=data', () => {
  it('leave the narrative, or all but the narrative', () => {
    expect(cut(full, { summary: 'text' })).toEqual(patient({ ...always, text: narrative('a') }))
    const { text: _text, ...rest } = full
    expect(cut(full, { summary: 'data' })).toEqual({ ...rest, meta: TAGGED })
  })

  it('leave mandatory elements', () => {
    const resource = observation({ id: '1', text: narrative('a'), valueString: 'a' })
    expect(cut(resource, { summary: 'text' })).toEqual(
      observation({ id: '1', meta: { tag: [SUBSETTED] }, text: narrative('a') }),
    )
  })
})

describe('_elements', () => {
  it('leaves what is named, mandatory elements, and what changes the meaning of the rest', () => {
    expect(cut(full, { elements: ['birthDate', 'maritalStatus', 'nothing'] })).toEqual(
      patient({
        ...always,
        _birthDate: { extension: [{ url: 'http://a.org', valueString: 'a' }] },
        maritalStatus: { text: 'a' },
      }),
    )
    expect(cut(observation({ valueString: 'a', note: [{ text: 'a' }] }), { elements: [] })).toEqual(
      observation({ meta: { tag: [SUBSETTED] } }),
    )
  })

  it('takes choices by all their names', () => {
    for (const name of ['value', 'value[x]', 'valueString'])
      expect(cut(observation({ valueString: 'a' }), { elements: [name] }).valueString).toBe('a')
    expect(cut(observation({ valueString: 'a' }), { elements: ['valueInteger'] }).valueString).toBeUndefined()
  })

  it('counts more than a summary beside it', () => {
    expect(cut(full, { elements: ['photo'], summary: 'true' })).toEqual(
      patient({ ...always, photo: [{ contentType: 'image/png' }] }),
    )
  })
})

it('tags once, and puts resourceType, id and meta first', () => {
  const resource = { resourceType: 'Basic', code: { text: 'a' }, meta: { tag: [SUBSETTED] }, id: '1' }
  expect(stringifyJson(cut(resource, { summary: 'data' }))).toBe(
    stringifyJson({ resourceType: 'Basic', id: '1', meta: { tag: [SUBSETTED] }, code: { text: 'a' } }),
  )
})
