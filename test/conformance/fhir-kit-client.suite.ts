/** A FHIR client that people use, against a started server. What was written can be searched for at once. */
import { Client, type FhirResource } from 'fhir-kit-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HttpWorld } from '#test/support/http-world.ts'
import { BERG, SHAW } from '#test/support/patients.ts'

interface Bundle extends FhirResource {
  readonly link: { relation: string; url: string }[]
  readonly total?: number
  readonly entry?: readonly {
    readonly resource?: FhirResource
    readonly response?: { readonly status: string; readonly location?: string }
  }[]
}

export function fhirKitClientSuite(openWorld: () => Promise<HttpWorld>): void {
  let world: HttpWorld
  let client: Client

  beforeAll(async () => {
    world = await openWorld()
    client = new Client({ baseUrl: world.baseUrl })
  })

  afterAll(() => world.close())

  const create = (body: object): Promise<FhirResource> =>
    client.create({ resourceType: 'Patient', body: body as FhirResource })

  const metaOf = (versionId: string) => ({ versionId, lastUpdated: expect.any(String) })

  /** What the client makes of a refusal. */
  const refusal = (status: number, code: string) => ({
    response: {
      status,
      data: { resourceType: 'OperationOutcome', issue: [expect.objectContaining({ severity: 'error', code })] },
    },
  })

  test('create, read, vread', async () => {
    const created = await create(SHAW)
    const id = String(created.id)
    expect(created).toEqual({ ...SHAW, id, meta: metaOf('1') })
    const { response } = Client.httpFor(created)
    expect(response?.status).toBe(201)
    expect(response?.headers.get('location')).toBe(`${world.baseUrl}/Patient/${id}/_history/1`)
    expect(await client.read({ resourceType: 'Patient', id })).toEqual(created)
    expect(await client.vread({ resourceType: 'Patient', id, version: '1' })).toEqual(created)
  })

  test('update with If-Match', async () => {
    const created = await create(SHAW)
    const id = String(created.id)
    const body = { ...created, active: false }
    const options = { headers: { 'If-Match': 'W/"1"' } }
    const updated = await client.update({ resourceType: 'Patient', id, body, options })
    expect(updated).toEqual({ ...SHAW, active: false, id, meta: metaOf('2') })
    await expect(client.update({ resourceType: 'Patient', id, body, options })).rejects.toMatchObject(
      refusal(412, 'conflict'),
    )
  })

  test('delete', async () => {
    const id = String((await create(SHAW)).id)
    const deleted = await client.delete({ resourceType: 'Patient', id })
    expect(Client.httpFor(deleted).response?.status).toBe(204)
    await expect(client.read({ resourceType: 'Patient', id })).rejects.toMatchObject(refusal(410, 'deleted'))
  })

  test('search, and its next pages to the end', async () => {
    const families = ['Moor 1', 'Moor 2', 'Moor 3']
    for (const family of families) await create({ ...BERG, name: [{ family }] })
    const searchParams = { family: 'Moor', _sort: 'family', _count: '2' }
    const first = (await client.search({ resourceType: 'Patient', searchParams })) as Bundle
    const second = (await client.nextPage({ bundle: first })) as Bundle
    const found = [first, second].map(page =>
      page.entry?.map(({ resource }) => (resource as typeof BERG).name[0].family),
    )
    expect(found).toEqual([['Moor 1', 'Moor 2'], ['Moor 3']])
    expect(client.nextPage({ bundle: second })).toBeUndefined()
  })

  test('search by POST', async () => {
    await create({ ...BERG, name: [{ family: 'Posted' }] })
    const searchParams = { family: 'Posted' }
    const found = await client.search({ resourceType: 'Patient', searchParams, options: { postSearch: true } })
    expect((found as Bundle).entry?.length).toBe(1)
  })

  test('history', async () => {
    const id = String((await create(SHAW)).id)
    await client.delete({ resourceType: 'Patient', id })
    const history = (await client.history({ resourceType: 'Patient', id })) as Bundle
    expect(history.entry?.map(entry => entry.response?.status)).toEqual(['204 No Content', '201 Created'])
  })

  const bundle = (type: string, entry: object[]) => ({ resourceType: 'Bundle', type, entry }) as FhirResource

  test('batch', async () => {
    const entry = [
      { resource: SHAW, request: { method: 'POST', url: 'Patient' } },
      { request: { method: 'GET', url: 'Patient/nobody' } },
    ]
    const answer = (await client.batch({ body: bundle('batch', entry) })) as Bundle
    expect(answer.entry?.map(each => each.response?.status)).toEqual(['201 Created', '404 Not Found'])
  })

  test('transaction', async () => {
    const fullUrl = 'urn:uuid:6f1c9d5e-2f0f-4a86-9d0d-2f0a3f7f1b11'
    const condition = { resourceType: 'Condition', subject: { reference: fullUrl } }
    const entry = [
      { fullUrl, resource: SHAW, request: { method: 'POST', url: 'Patient' } },
      { resource: condition, request: { method: 'POST', url: 'Condition' } },
    ]
    const answer = (await client.transaction({ body: bundle('transaction', entry) })) as Bundle
    const [patient, linked] = answer.entry?.map(each => each.response?.location?.split('/_history/')[0]) ?? []
    const id = String(linked).split('/').at(-1) ?? ''
    expect(await client.read({ resourceType: 'Condition', id })).toMatchObject({ subject: { reference: patient } })
  })

  test('capabilityStatement', async () => {
    expect(await client.capabilityStatement()).toMatchObject({
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      implementation: { url: world.baseUrl },
    })
  })
}
