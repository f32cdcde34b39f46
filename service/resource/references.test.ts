import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { definitions, narrative, observation, patient } from '#test/support/validation.ts'
import type { JsonObject, ResourceContent } from './content.ts'
import { stringifyJson } from './json.ts'
import { collectReferences, rewriteLinks } from './references.ts'

const ONE = 'urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7'
const TARGETS: ReadonlyMap<string, string> = new Map([
  [ONE, 'Patient/1'],
  ['urn:oid:1.2.3', 'Binary/3'],
  ['http://a.org/fhir/Patient/2', 'Patient/2'],
  ['Practitioner?identifier=1', 'Practitioner/4'],
  ['Patient/old', 'Patient/new'],
])
const rewrite = (resource: JsonObject): ResourceContent =>
  rewriteLinks(definitions, resource as ResourceContent, link => TARGETS.get(link))

describe('rewriteLinks', () => {
  it('replaces references, uri, url, oid, uuid and links in narratives, wherever they are', () => {
    const rewritten = rewrite(
      observation({
        text: narrative(`<a href="${ONE}">a</a> ${ONE}`),
        contained: [{ resourceType: 'Device', id: 'd', patient: { reference: ONE } }],
        extension: [
          { url: 'http://a.org', valueUri: ONE },
          { url: 'http://a.org', valueUrl: 'urn:oid:1.2.3' },
          { url: 'http://a.org', valueOid: 'urn:oid:1.2.3' },
          { url: 'http://a.org', valueUuid: ONE },
          { url: 'http://a.org', extension: [{ url: 'a', valueReference: { reference: ONE } }] },
        ],
        identifier: [{ system: ONE, assigner: { reference: 'http://a.org/fhir/Patient/2' } }],
        subject: { reference: ONE, _reference: { extension: [{ url: 'a', valueUri: ONE }] } },
        performer: [
          { reference: 'Practitioner?identifier=1' },
          { reference: 'Patient/old' },
          { reference: 'Patient/x' },
        ],
        _effectiveDateTime: { extension: [{ url: 'a', valueUri: ONE }] },
      }),
    )
    expect(rewritten).toEqual(
      observation({
        text: narrative(`<a href="Patient/1">a</a> ${ONE}`),
        contained: [{ resourceType: 'Device', id: 'd', patient: { reference: 'Patient/1' } }],
        extension: [
          { url: 'http://a.org', valueUri: 'Patient/1' },
          { url: 'http://a.org', valueUrl: 'Binary/3' },
          { url: 'http://a.org', valueOid: 'Binary/3' },
          { url: 'http://a.org', valueUuid: 'Patient/1' },
          { url: 'http://a.org', extension: [{ url: 'a', valueReference: { reference: 'Patient/1' } }] },
        ],
        identifier: [{ system: 'Patient/1', assigner: { reference: 'Patient/2' } }],
        subject: { reference: 'Patient/1', _reference: { extension: [{ url: 'a', valueUri: 'Patient/1' }] } },
        performer: [{ reference: 'Practitioner/4' }, { reference: 'Patient/new' }, { reference: 'Patient/x' }],
        _effectiveDateTime: { extension: [{ url: 'a', valueUri: 'Patient/1' }] },
      }),
    )
  })

  it('leaves canonicals, strings and everything else, and then gives back the same object', () => {
    const resource = observation({
      id: 'old',
      meta: { profile: [ONE] },
      extension: [
        { url: 'http://a.org', valueString: ONE },
        { url: 'http://a.org', valueCanonical: ONE },
      ],
      code: { text: ONE },
      note: [{ text: `see ${ONE}` }],
      subject: { display: ONE, identifier: { value: ONE } },
      text: narrative(`<a name="${ONE}" title="${ONE}">${ONE}</a>`),
    })
    expect(rewrite(resource)).toBe(resource)
  })

  it('shares what does not change and leaves the original alone', () => {
    const resource = observation({ subject: { reference: ONE }, code: { text: 'a' }, performer: [{ reference: '#x' }] })
    const before = stringifyJson(resource)
    const rewritten = rewrite(resource)
    expect(rewritten.code).toBe(resource.code)
    expect(rewritten.performer).toBe(resource.performer)
    expect(stringifyJson(resource)).toBe(before)
    expect(Object.keys(rewritten)).toEqual(Object.keys(resource))
  })

  it('keeps fragments behind links, and does not ask for links to contained resources', () => {
    const asked: string[] = []
    const resource = observation({
      subject: { reference: `${ONE}#part` },
      performer: [{ reference: '#a' }, { reference: 'Patient/y#z' }],
    }) as ResourceContent
    const rewritten = rewriteLinks(definitions, resource, link => {
      asked.push(link)
      return TARGETS.get(link)
    })
    expect(rewritten.subject).toEqual({ reference: 'Patient/1#part' })
    expect(rewritten.performer).toBe(resource.performer)
    expect(asked).toEqual([`${ONE}#part`, ONE, 'Patient/y#z', 'Patient/y'])
  })

  it('rewrites href of a and src of img, with their entities, and no other text', () => {
    const links = new Map([
      ['Patient?a=1&b=2', 'Patient/<"1&2">'],
      [ONE, 'Patient/1'],
    ])
    const rewriteDiv = (content: string): string => {
      const resource = patient({ text: narrative(content) }) as ResourceContent
      const { text } = rewriteLinks(definitions, resource, link => links.get(link))
      return (text as { div: string }).div.slice('<div xmlns="http://www.w3.org/1999/xhtml">'.length, -'</div>'.length)
    }
    expect(rewriteDiv(`<a class="x" href='${ONE}' title="b">a</a><img\n src = "${ONE}"/>`)).toBe(
      '<a class="x" href="Patient/1" title="b">a</a><img\n src = "Patient/1"/>',
    )
    expect(rewriteDiv('<a href="Patient?a=1&amp;b=2">a</a>')).toBe(
      '<a href="Patient/&lt;&quot;1&amp;2&quot;&gt;">a</a>',
    )
    expect(rewriteDiv('<a href="&#117;rn:uuid&#x3a;53fefa32-fcbb-4ff8-8a92-55ee120877b7">a</a>')).toBe(
      '<a href="Patient/1">a</a>',
    )
    const untouched = `<a src="${ONE}">href="${ONE}"</a><img href="${ONE}"/><p title="&lt;a href='${ONE}'>">a</p><abbr title="${ONE}">a</abbr>`
    expect(rewriteDiv(untouched)).toBe(untouched)
  })

  it('takes what has not been validated', () => {
    const odd = {
      resourceType: 'Observation',
      subject: [{ reference: 1 }, null, { reference: { reference: ONE } }],
      performer: { reference: ONE },
      contained: [{ resourceType: 'Foo', url: ONE }, { resourceType: 1 }, 'x'],
      text: { div: 1 },
      foo: { reference: ONE },
    }
    expect(rewrite(odd)).toEqual({ ...odd, performer: { reference: 'Patient/1' } })
    expect(rewrite({ resourceType: 'Foo', subject: { reference: ONE } })).toEqual({
      resourceType: 'Foo',
      subject: { reference: ONE },
    })
  })

  it('finds the references that collectReferences finds', () => {
    const link = fc.constantFrom(ONE, 'Patient/x', 'Practitioner?identifier=1')
    const reference = link.map(text => ({ reference: text }))
    const resources = fc.record(
      {
        subject: reference,
        performer: fc.array(reference, { minLength: 1, maxLength: 3 }),
        extension: fc.array(
          reference.map(valueReference => ({ url: 'a', valueReference })),
          { minLength: 1 },
        ),
        contained: fc.array(
          reference.map(subject => ({ resourceType: 'Encounter', subject })),
          { minLength: 1 },
        ),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(resources, members => {
        const resource = observation(members) as ResourceContent
        const asked: string[] = []
        rewriteLinks(definitions, resource, text => {
          if (text !== 'a') asked.push(text)
          return undefined
        })
        expect(collectReferences(definitions, resource).map(found => found.reference)).toEqual(asked)
      }),
    )
  })
})

describe('collectReferences', () => {
  it('lists every Reference.reference with its place', () => {
    const resource = observation({
      contained: [
        { resourceType: 'Encounter', id: 'e', participant: [{ individual: { reference: 'Practitioner/1' } }] },
      ],
      extension: [{ url: ONE, valueReference: { reference: 'Patient/2' } }],
      subject: { reference: ONE, display: 'a' },
      encounter: { reference: '#e' },
      performer: [
        { display: 'a' },
        { reference: 'Practitioner/3', identifier: { assigner: { reference: 'Organization/4' } } },
      ],
      _valueString: { extension: [{ url: 'a', valueReference: { reference: 'Patient/5' } }] },
      note: [{ text: 'Patient/6', authorReference: { reference: 'Patient/7' } }],
      derivedFrom: { reference: 'Observation/8' },
    }) as ResourceContent
    expect(collectReferences(definitions, resource)).toEqual([
      { expression: 'Observation.contained[0].participant[0].individual', reference: 'Practitioner/1' },
      { expression: 'Observation.extension[0].value', reference: 'Patient/2' },
      { expression: 'Observation.subject', reference: ONE },
      { expression: 'Observation.encounter', reference: '#e' },
      { expression: 'Observation.performer[1]', reference: 'Practitioner/3' },
      { expression: 'Observation.performer[1].identifier.assigner', reference: 'Organization/4' },
      { expression: 'Observation.value.extension[0].value', reference: 'Patient/5' },
      { expression: 'Observation.note[0].author', reference: 'Patient/7' },
      { expression: 'Observation.derivedFrom', reference: 'Observation/8' },
    ])
  })

  it('goes into the entries of a Bundle', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: [{ resource: patient({}) }, { resource: observation({ subject: { reference: 'Patient/1' } }) }],
    }
    expect(collectReferences(definitions, bundle)).toEqual([
      { expression: 'Bundle.entry[1].resource.subject', reference: 'Patient/1' },
    ])
  })
})
