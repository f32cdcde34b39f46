import { expect, test } from 'vitest'
import { tenantOf } from '#service/index.ts'
import { TEST_TIME } from '#test/support/memory-ports.ts'
import { eyesParameter, patientWithEyes } from '#test/support/own-parameters.ts'
import { openRestWorld } from '#test/support/rest-world.ts'
import { silentLogger } from '#test/support/test-call.ts'

test('a SearchParameter of a tenant’s own finds what is contained in resources, of before too', async () => {
  const world = await openRestWorld()
  const put = async (body: { readonly resourceType: string; readonly id: string }) =>
    expect(await world.send(`PUT /${body.resourceType}/${body.id}`, { body })).toMatchObject({ status: 201 })
  const found = async (query: string) => {
    const { body } = await world.send(`GET /${query}`)
    const { entry = [] } = body as { entry?: { resource: { id: string }; search: { mode: string } }[] }
    return entry.map(({ resource, search }) => (search.mode === 'outcome' ? '!' : resource.id)).sort()
  }
  const containing = (id: string) => ({
    ...{ resourceType: 'Basic', id, code: { text: 'x' }, subject: { reference: '#p' } },
    contained: [patientWithEyes('p', 'green')],
  })
  try {
    await put(containing('old'))
    await put(eyesParameter())
    await put(containing('new'))
    expect(await found('Patient?eyes=green&_contained=true')).toEqual(['!', 'new'])
    const job = { tenant: tenantOf('default'), id: 'search-parameters', deadline: TEST_TIME + 60_000 }
    expect(await world.service.runJob({ ...job, logger: silentLogger })).toBe('ended')
    expect(await found('Patient?eyes=green&_contained=true')).toEqual(['new', 'old'])
    expect(await found('Basic?subject:Patient.eyes=green')).toEqual(['new', 'old'])
    expect(await found('Patient?eyes=green')).toEqual([])
  } finally {
    await world.close()
  }
})
