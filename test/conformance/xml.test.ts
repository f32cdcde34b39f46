/** R4 xml.html through the real door: every interaction takes and gives XML, and says what is wrong in it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRestWorld, type RestParts, type RestWorld } from '#test/support/rest-world.ts'

const XML_TYPE = { 'Content-Type': 'application/fhir+xml; charset=utf-8' }
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
const FHIR = 'xmlns="http://hl7.org/fhir"'

let world: RestWorld

beforeAll(async () => {
  world = await openRestWorld()
  await xml('PUT /Patient/a', patient('a', '<birthDate value="1999"/>'))
})

afterAll(() => world.close())

const xml = (line: string, body?: string, parts: RestParts = {}) =>
  world.answer(line, {
    ...parts,
    headers: { accept: 'application/fhir+xml', 'content-type': 'application/fhir+xml', ...parts.headers },
    ...(body !== undefined && { body }),
  })

const patient = (id: string, inside = ''): string => `<Patient ${FHIR}><id value="${id}"/>${inside}</Patient>`

const META = (version: number) =>
  `<meta><versionId value="${version}"/><lastUpdated value="2024-02-29T12:00:00.000Z"/></meta>`

test('what was written in XML is read in XML and in JSON, and the other way round', async () => {
  expect(await world.answer('GET /Patient/a?_format=xml')).toMatchObject({
    status: 200,
    headers: { ...XML_TYPE, ETag: 'W/"1"' },
    body: `${HEAD}<Patient ${FHIR}><id value="a"/>${META(1)}<birthDate value="1999"/></Patient>`,
  })
  expect((await world.send('GET /Patient/a')).body).toMatchObject({ resourceType: 'Patient', birthDate: '1999' })
  const observation =
    '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"Weight"},"valueQuantity":{"value":120.50}}'
  await world.send('PUT /Observation/o', { body: observation })
  expect((await xml('GET /Observation/o')).body).toContain('<valueQuantity><value value="120.50"/></valueQuantity>')
  const text = (await xml('GET /Observation/o')).body
  expect((await xml('PUT /Observation/o', text)).status).toBe(200)
  expect(await world.text('GET /Observation/o')).toContain('"valueQuantity":{"value":120.50}')
})

test('_pretty puts each element on a line of its own', async () => {
  expect((await xml('GET /Patient/a?_pretty=true')).body).toBe(
    `${HEAD}
<Patient ${FHIR}>
  <id value="a"/>
  <meta>
    <versionId value="1"/>
    <lastUpdated value="2024-02-29T12:00:00.000Z"/>
  </meta>
  <birthDate value="1999"/>
</Patient>
`,
  )
})

test.each([
  ['GET /Patient/a', undefined, /^<\?xml.*<Patient xmlns/],
  ['GET /Patient/a/_history/1', undefined, /<Patient xmlns/],
  ['GET /Patient/a/_history', undefined, /<Bundle .*<type value="history"\/>.*<resource><Patient><id value="a"\/>/],
  [
    'GET /Patient?_id=a',
    undefined,
    /<Bundle .*<entry><fullUrl value="[^"]*"\/><resource><Patient>.*<search><mode value="match"\/>/,
  ],
  ['GET /metadata', undefined, /<CapabilityStatement .*<format value="application\/fhir\+xml"\/>/],
  ['GET /OperationDefinition/Resource-graphql', undefined, /<OperationDefinition /],
  ['POST /Patient', `<Patient ${FHIR}><active value="true"/></Patient>`, /<active value="true"\/>/],
  [
    'POST /',
    `<Bundle ${FHIR}><type value="batch"/><entry><resource>${patient('b')}</resource><request><method value="PUT"/><url value="Patient/b"/></request></entry><entry><request><method value="GET"/><url value="Patient/a"/></request></entry></Bundle>`,
    /<type value="batch-response"\/><entry><response><status value="201 Created"\/>.*<resource><Patient><id value="a"\/>/,
  ],
])('%s', async (line, body, answer) => {
  const { status, headers, body: text } = await xml(line, body)
  expect({ status: status < 300, type: headers['Content-Type'] }).toEqual({
    status: true,
    type: XML_TYPE['Content-Type'],
  })
  expect(text).toMatch(answer)
})

test('errors are in XML, whatever they are', async () => {
  const outcome = (code: string, diagnostics: string, expression = '') =>
    `${HEAD}<OperationOutcome ${FHIR}><issue><severity value="error"/><code value="${code}"/>` +
    `<diagnostics value="${diagnostics}"/>${expression && `<expression value="${expression}"/>`}</issue></OperationOutcome>`
  expect(await xml('GET /Patient/nobody')).toEqual({
    status: 404,
    headers: XML_TYPE,
    body: outcome('not-found', 'There is no Patient/nobody'),
  })
  expect(await xml('PUT /Patient/a', patient('a', '<gendre value="male"/>'))).toEqual({
    status: 422,
    headers: XML_TYPE,
    body: outcome(
      'structure',
      '&quot;gendre&quot; is not an element of Patient: is gender meant? (line 1, column 53)',
      'Patient.gendre',
    ),
  })
  expect(await xml('PUT /Patient/a', patient('a', '<gender value="m"/>'))).toMatchObject({ status: 422 })
  const bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
  expect(await xml('PUT /Patient/a', bomb + patient('a'))).toEqual({
    status: 400,
    headers: XML_TYPE,
    body: outcome('structure', 'The content is not valid XML: a document type (DTD) is not taken at line 1, column 53'),
  })
  expect(await xml('PUT /Patient/a', '{"resourceType":"Patient","id":"a"}')).toMatchObject({ status: 400 })
  expect(await xml('PUT /Patient/a', patient('a'), { headers: { 'content-type': 'text/plain' } })).toMatchObject({
    status: 415,
    headers: XML_TYPE,
  })
  expect(
    await xml('PUT /Patient/a', patient('a'), { headers: { 'content-type': 'application/fhir+xml; charset=latin1' } }),
  ).toMatchObject({ status: 415 })
  expect((await world.send('GET /Patient/a/_history')).body).toMatchObject({ total: 1 })
})

test('a form may ask for XML', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status, body } = await world.answer('POST /Patient/_search', { headers, body: '_id=a&_format=xml' })
  expect({ status, isXml: body.startsWith(`${HEAD}<Bundle`) }).toEqual({ status: 200, isXml: true })
})
