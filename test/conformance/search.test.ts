/** R4 search.html, as the door offers it; what each parameter means is tested beside the service and the engines. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BERG, SHAW } from '#test/support/patients.ts'
import { BASE_URL, FHIR_TYPE, openRestWorld, type RestWorld, refused, stamped } from '#test/support/rest-world.ts'

let world: RestWorld

const WEIGHT = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/shaw' },
} as const

beforeAll(async () => {
  world = await openRestWorld()
  await world.send('PUT /Patient/shaw', { body: { ...SHAW, id: 'shaw' } })
  await world.send('PUT /Patient/berg', { body: { ...BERG, id: 'berg' } })
  await world.send('PUT /Observation/weight', { body: { ...WEIGHT, id: 'weight' } })
})

afterAll(() => world.close())

const entry = (resource: { readonly resourceType: string }, id: string, mode = 'match') => ({
  fullUrl: `${BASE_URL}/${resource.resourceType}/${id}`,
  resource: stamped(resource, { id, version: 1 }),
  search: { mode },
})

const link = (relation: string, query: string) => ({ relation, url: `${BASE_URL}/${query}` })

const found = (query: string, entries: readonly unknown[]) => ({
  status: 200,
  headers: FHIR_TYPE,
  body: {
    resourceType: 'Bundle',
    type: 'searchset',
    total: entries.length,
    link: [link('self', query), link('first', query)],
    entry: entries,
  },
})

test('a search answers with what matches', async () => {
  expect(await world.send('GET /Patient?family=shaw')).toEqual(found('Patient?family=shaw', [entry(SHAW, 'shaw')]))
})

test('POST searches as GET does, by the form and the query together', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const posted = await world.send('POST /Patient/_search?family=shaw', { headers, body: 'active=true' })
  expect(posted).toEqual(found('Patient?family=shaw&active=true', [entry(SHAW, 'shaw')]))
})

test('page links carry _format and _pretty, from the query and the form', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = '_count=1&_format=application%2Ffhir%2Bjson'
  const posted = await world.send('POST /Patient/_search?_pretty=true', { headers, body })
  const { link: links } = posted.body as { link: { relation: string; url: string }[] }
  const general = '_pretty=true&_format=application/fhir%2Bjson'
  const cursor = links.find(({ relation }) => relation === 'next')?.url.match(/_cursor=([^&]+)/)?.[1]
  expect(links).toEqual([
    link('self', `Patient?_count=1&${general}`),
    link('first', `Patient?_count=1&${general}`),
    link('next', `Patient?_count=1&_cursor=${cursor}&${general}`),
    link('last', `Patient?_count=1&_cursor=last&${general}`),
  ])
})

test('_include and _revinclude bring others along', async () => {
  expect(await world.send('GET /Observation?_include=Observation:subject')).toMatchObject({
    body: { entry: [entry(WEIGHT, 'weight'), entry(SHAW, 'shaw', 'include')] },
  })
  expect(await world.send('GET /Patient?_id=shaw&_revinclude=Observation:subject')).toMatchObject({
    body: { entry: [entry(SHAW, 'shaw'), entry(WEIGHT, 'weight', 'include')] },
  })
})

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry?: readonly { readonly resource: { readonly id: string } }[]
}

async function pagesFrom(query: string): Promise<string[][]> {
  const pages: string[][] = []
  let url: string | undefined = `${BASE_URL}/${query}`
  while (url !== undefined) {
    const page = (await world.send(`GET ${url.slice(BASE_URL.length)}`)).body as Page
    pages.push((page.entry ?? []).map(({ resource }) => resource.id))
    url = page.link.find(({ relation }) => relation === 'next')?.url
  }
  return pages
}

test('pages follow each other to the end, in the order asked for', async () => {
  expect(await pagesFrom('Patient?_sort=family&_count=1')).toEqual([['berg'], ['shaw']])
  expect(await pagesFrom('Patient?_sort=-family&_count=1')).toEqual([['shaw'], ['berg']])
})

test('a link of a page that somebody changed is refused', async () => {
  const { body } = await world.send('GET /Patient?_count=1')
  const next = (body as Page).link.find(({ relation }) => relation === 'next')?.url.slice(BASE_URL.length) ?? ''
  expect(await world.send(`GET ${next}`)).toMatchObject({ status: 200 })
  expect(await world.send(`GET ${next.replace('_count=1', '_count=1&family=shaw')}`)).toMatchObject({ status: 400 })
  expect(await world.send(`GET ${next.slice(0, -3)}abc`)).toMatchObject({ status: 400 })
})

test('_summary=count counts', async () => {
  expect(await world.send('GET /Patient?_summary=count')).toEqual({
    status: 200,
    headers: FHIR_TYPE,
    body: { resourceType: 'Bundle', type: 'searchset', total: 2, link: [link('self', 'Patient?_summary=count')] },
  })
})

test('an unknown parameter is refused', async () => {
  expect(await world.send('GET /Patient?nam=shaw')).toEqual(
    refused(400, 'not-supported', "Patient has no search parameter 'nam' (near: 'name')", 'nam'),
  )
})

test('an unknown parameter is passed over where the client allows it, and the answer says so', async () => {
  const headers = { prefer: 'handling=lenient' }
  const warning = {
    severity: 'warning',
    code: 'not-supported',
    diagnostics: "Patient has no search parameter 'nam' (near: 'name'); it was ignored",
    expression: ['nam'],
  }
  const answer = await world.send('GET /Patient?family=shaw&nam=x', { headers })
  expect(answer).toEqual({
    ...found('Patient?family=shaw', []),
    body: {
      ...found('Patient?family=shaw', [entry(SHAW, 'shaw')]).body,
      entry: [
        entry(SHAW, 'shaw'),
        { resource: { resourceType: 'OperationOutcome', issue: [warning] }, search: { mode: 'outcome' } },
      ],
    },
  })
})
