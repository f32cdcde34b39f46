/** R4 http.html#patch with XML Patch, RFC 5261, through the real door. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NAMED } from '#test/support/patches.ts'
import { FHIR_TYPE, openRestWorld, type RestWorld, refused } from '#test/support/rest-world.ts'

let world: RestWorld

const DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p class=\'x\'>Ada  <b></b>&#66;</p></div>'

beforeEach(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/a', { body: { ...NAMED, text: { status: 'generated', div: DIV } } })
})

afterEach(() => world.close())

const diff = (...operations: readonly string[]): string =>
  `<?xml version="1.0"?>\n<diff xmlns:f="http://hl7.org/fhir">\n${operations.join('\n')}\n</diff>`

const xmlPatch = (...operations: readonly string[]) => ({
  body: diff(...operations),
  headers: { 'content-type': 'application/xml-patch+xml' },
})

test('replace, add and remove make a new version, which a PATCH is in the history', async () => {
  const sent = xmlPatch(
    '<replace sel="f:Patient/f:birthDate/@value">1971-02-03</replace>',
    '<replace sel="/f:Patient/f:name[1]/f:given[2]"><f:given value="Ida"/></replace>',
    '<add sel="f:Patient/f:name[2]"><f:given value="Eva"/> <f:text value="Eva Alt"/></add>',
    '<add sel="f:Patient/f:name[1]" pos="before"><name xmlns="http://hl7.org/fhir"><text value="New"/></name></add>',
    `<add sel="f:Patient/f:identifier[f:system/@value='urn:mrn'][f:value/@value = '7']" pos="after">
       <f:identifier><f:value value="8"/></f:identifier>
     </add>`,
    '<add sel="*/f:name[f:family[1]/@value=\'Alt\']" type="@id">n2</add>',
    '<remove sel="f:Patient/f:active" ws="after"/>',
  )
  const refusal = await world.send('PATCH /Patient/a', sent)
  expect(refusal).toEqual(refused(422, 'processing', expect.stringContaining('Operation 5') as never))
  const fixed = { ...sent, body: sent.body.replace('f:family[1]/@value', 'f:family/@value') }
  const { active: _gone, ...rest } = NAMED
  expect(await world.send('PATCH /Patient/a', fixed)).toMatchObject({
    status: 200,
    headers: { ...FHIR_TYPE, ETag: 'W/"2"' },
    body: {
      ...rest,
      text: { status: 'generated', div: DIV },
      identifier: [{ system: 'urn:mrn', value: '7' }, { value: '8' }],
      name: [
        { text: 'New' },
        { family: 'Berg', given: ['Ada', 'Ida'] },
        { id: 'n2', family: 'Alt', given: ['Eva'], text: 'Eva Alt' },
      ],
      birthDate: '1971-02-03',
    },
  })
  expect((await world.send('GET /Patient/a')).body).not.toHaveProperty('active')
  const { body } = await world.send('GET /Patient/a/_history?_count=1')
  expect(body).toMatchObject({ entry: [{ request: { method: 'PATCH', url: 'Patient/a' } }] })
})

test('names without a prefix are of the default namespace of the patch', async () => {
  const body = '<diff xmlns="http://hl7.org/fhir"><replace sel="Patient/active/@value">false</replace></diff>'
  const sent = { ...xmlPatch(), body }
  expect((await world.send('PATCH /Patient/a', sent)).body).toMatchObject({ active: false })
})

test('what goes to XML and comes back is as it was: decimals, extensions of primitives, contained resources', async () => {
  const text =
    '{"resourceType":"Observation","id":"o","contained":[{"resourceType":"Patient","id":"p","active":true}],' +
    '"status":"final","_status":{"extension":[{"url":"urn:u","valueDecimal":1.10}]},"code":{"text":"x"},' +
    '"subject":{"reference":"#p"},"valueQuantity":{"value":120.50,"unit":"mmHg"}}'
  await world.send('PUT /Observation/o', { body: text })
  const sent = xmlPatch(
    '<replace sel="f:Observation/f:status/@value">amended</replace>',
    '<replace sel="f:Observation/f:contained/f:Patient/f:active/@value">false</replace>',
  )
  expect(await world.send('PATCH /Observation/o', sent)).toMatchObject({ status: 200 })
  const stored = await world.text('GET /Observation/o')
  for (const part of ['"valueDecimal":1.10', '"value":120.50', '"status":"amended"', '"active":false']) {
    expect(stored).toContain(part)
  }
})

test('in a narrative, texts and elements are found as elsewhere', async () => {
  const scope = 'xmlns:h="http://www.w3.org/1999/xhtml"'
  const sent = xmlPatch(
    `<replace ${scope} sel="f:Patient/f:text/h:div/h:p/text()[1]">Eva </replace>`,
    `<add ${scope} sel="f:Patient/f:text/h:div/h:p/h:b">x &lt; y</add>`,
    `<remove ${scope} sel="f:Patient/f:text/h:div/h:p/text()[2]"/>`,
    `<add ${scope} sel="f:Patient/f:text/h:div/h:p"><h:td/></add>`,
  )
  expect((await world.send('PATCH /Patient/a', sent)).body).toMatchObject({
    text: {
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p class="x">Eva <b>x &lt; y</b><td></td></p></div>',
    },
  })
})

test('a patch that changes nothing makes no version', async () => {
  const sent = xmlPatch('<replace sel="f:Patient/f:active/@value">true</replace>')
  expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({ status: 200, headers: { ETag: 'W/"1"' } })
})

test('the last element taken away takes its list along', async () => {
  const sent = xmlPatch('<remove sel="f:Patient/f:name[2]"/>', '<remove sel="f:Patient/f:name"/>')
  expect((await world.send('PATCH /Patient/a', sent)).body).not.toHaveProperty('name')
})

const at = (sel: string) => `<remove sel="${sel}"/>`
const number0 = (sel: string, problem: string) => `Operation 0 of the patch (remove ${sel}): ${problem}`

describe('nothing is written of', () => {
  test.each([
    [
      'a path to several',
      at('f:Patient/f:name'),
      422,
      number0('f:Patient/f:name', 'sel is for one node, and there are 2 of them'),
    ],
    ['a path to nothing', at('f:Patient/f:photo'), 422, number0('f:Patient/f:photo', 'there is no such node')],
    [
      'names without a namespace',
      at('Patient/active'),
      422,
      number0(
        'Patient/active',
        'there is nothing of that name: names of elements need a prefix, f: with xmlns:f="http://hl7.org/fhir"',
      ),
    ],
    ['a prefix of nobody', at('x:Patient'), 422, number0('x:Patient', 'nobody declares the prefix "x"')],
    [
      'another axis',
      at('f:Patient//f:family'),
      422,
      number0(
        'f:Patient//f:family',
        'sel can not be read from "/f:family" on: it may have steps to children, [1], [@url=\'x\'], ' +
          "[f:system/@value='x'], and at the end @value or text()",
      ),
    ],
    [
      'a function',
      at('f:Patient/f:name[last()]'),
      422,
      number0(
        'f:Patient/f:name[last()]',
        'sel can not be read from "last()]" on: it may have steps to children, [1], [@url=\'x\'], ' +
          "[f:system/@value='x'], and at the end @value or text()",
      ),
    ],
    [
      'an unknown operation',
      '<remove sel="f:Patient/f:active"/><move sel="f:Patient/f:name[1]"/>',
      422,
      'Operation 1 of the patch (move f:Patient/f:name[1]): an operation is add, replace or remove, not "move"',
    ],
    [
      'two elements in place of one',
      '<replace sel="f:Patient/f:active"><f:a/><f:b/></replace>',
      422,
      'Operation 0 of the patch (replace f:Patient/f:active): an element is replaced by one element',
    ],
    [
      'an attribute that is there',
      '<add sel="f:Patient/f:active" type="@value">false</add>',
      422,
      'Operation 0 of the patch (add f:Patient/f:active): the attribute value is there already: replace it',
    ],
    ['the resource taken away', '<remove sel="f:Patient"/>', 400, 'The patch leaves no resource, or more than one'],
    [
      'a resource beside it',
      '<add sel="f:Patient" pos="after"><f:Patient/></add>',
      422,
      'Operation 0 of the patch (add f:Patient): there is one resource: nothing goes beside it',
    ],
    ['an operation without sel', '<remove/>', 400, 'Operation 0 of the patch: it needs sel'],
    [
      'another id',
      '<replace sel="f:Patient/f:id/@value">b</replace>',
      422,
      'A patch can not change the id of a resource',
      'id',
    ],
    [
      'another type',
      '<replace sel="f:Patient"><f:Group/></replace>',
      422,
      'A patch can not change the resourceType of a resource',
      'resourceType',
    ],
    [
      'an element that its type has not',
      '<add sel="f:Patient"><f:nmae value="x"/></add>',
      422,
      'After the patch: "nmae" is not an element of Patient: is name meant?',
      'Patient.nmae',
    ],
  ] as const)('%s', async (_what, operations, status, diagnostics, expression?: string) => {
    const answer = await world.send('PATCH /Patient/a', xmlPatch(operations))
    const [issue] = (answer.body as { issue: readonly { code: string }[] }).issue
    expect(answer).toEqual(
      refused(status, issue?.code ?? '', diagnostics, ...(expression === undefined ? [] : [expression])),
    )
    expect(['processing', 'structure']).toContain(issue?.code)
    expect((await world.send('GET /Patient/a')).headers.ETag).toBe('W/"1"')
  })

  test.each([
    ['no XML', '<diff><a></diff>', 'The patch is not valid XML: unexpected close tag. at line 1, column 16'],
    [
      'a document type',
      '<!DOCTYPE diff [<!ENTITY e "x">]><diff/>',
      'The patch is not valid XML: a document type (DTD) is not taken at line 1, column 33',
    ],
    ['another document', '<Patient/>', 'An XML Patch is <diff> with add, replace and remove (RFC 5261)'],
    ['text', '<diff>x</diff>', 'Between the operations of an XML Patch there must be no text'],
  ])('%s', async (_what, body, diagnostics) => {
    const answer = await world.send('PATCH /Patient/a', { ...xmlPatch(), body })
    expect(answer).toEqual(refused(400, 'structure', diagnostics))
  })

  test('what would be no resource of its type', async () => {
    const sent = xmlPatch('<add sel="f:Patient"><f:gender value="m"/></add>')
    expect(await world.send('PATCH /Patient/a', sent)).toMatchObject({
      status: 422,
      body: { issue: [{ code: 'code-invalid', expression: ['Patient.gender'] }] },
    })
  })

  test('a patch that searches without end', async () => {
    const name = Array.from({ length: 2000 }, (_, index) => ({ text: `${index}` }))
    await world.send('PUT /Patient/long', { body: { resourceType: 'Patient', id: 'long', name } })
    const one = '<replace sel="f:Patient/f:name[2000]/f:text/@value">x</replace>'
    const sent = xmlPatch(...Array.from({ length: 3000 }, () => one))
    expect(await world.send('PATCH /Patient/long', sent)).toMatchObject({
      status: 422,
      body: { issue: [{ code: 'too-costly' }] },
    })
  })
})

const DEACTIVATE = '<replace sel="f:Patient/f:active/@value">false</replace>'

test('by condition, with If-Match, and of what is deleted: as other patches', async () => {
  expect(await world.send('PATCH /Patient?identifier=urn:mrn|7', xmlPatch(DEACTIVATE))).toMatchObject({
    status: 200,
    body: { active: false },
  })
  const stale = xmlPatch('<remove sel="f:Patient/f:active"/>')
  const headers = { ...stale.headers, 'if-match': 'W/"1"' }
  expect(await world.send('PATCH /Patient/a', { ...stale, headers })).toMatchObject({ status: 412 })
  await world.send('DELETE /Patient/a')
  expect(await world.send('PATCH /Patient/a', stale)).toMatchObject({ status: 410 })
})

test('in a transaction as a Binary, and with X-Provenance', async () => {
  const data = Buffer.from(diff(DEACTIVATE)).toString('base64')
  const resource = { resourceType: 'Binary', contentType: 'application/xml-patch+xml', data }
  const entry = [{ request: { method: 'PATCH', url: 'Patient/a' }, resource }]
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry }
  expect(await world.send('POST /', { body: bundle })).toMatchObject({
    status: 200,
    body: { entry: [{ response: { status: '200 OK', etag: 'W/"2"' } }] },
  })
  const provenance = JSON.stringify({
    resourceType: 'Provenance',
    recorded: '2024-02-29T12:00:00Z',
    agent: [{ who: { display: 'A' } }],
  })
  const sent = xmlPatch('<remove sel="f:Patient/f:active"/>')
  const headers = { ...sent.headers, 'x-provenance': provenance }
  expect(await world.send('PATCH /Patient/a', { ...sent, headers })).toMatchObject({
    status: 200,
    headers: { ETag: 'W/"3"' },
  })
})

test('of what a policy hides, nothing can be patched or learned', async () => {
  let hidden = false
  const veiled = await openRestWorld({
    policy: { permits: () => true, visible: () => ({ kind: hidden ? 'nothing' : 'everything' }) },
  })
  await veiled.send('PUT /Patient/a', { body: NAMED })
  hidden = true
  const [there, absent] = await Promise.all(
    [DEACTIVATE, '<remove sel="f:Patient/f:photo"/>'].map(sent => veiled.send('PATCH /Patient/a', xmlPatch(sent))),
  )
  expect(there).toMatchObject({ status: 403 })
  expect(absent).toEqual(there)
  await veiled.close()
})

test('the statement names the format', async () => {
  expect((await world.send('GET /metadata')).body).toMatchObject({
    patchFormat: expect.arrayContaining(['application/xml-patch+xml']),
  })
})
