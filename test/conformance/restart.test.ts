/** What was written is there after a restart; page links go on working. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { BERG, SHAW } from '#test/support/patients.ts'

let world: World

beforeAll(async () => {
  world = await startWorld()
})

afterAll(() => world.close())

interface Page {
  readonly link: readonly { readonly relation: string; readonly url: string }[]
  readonly entry: readonly { readonly resource: { readonly id: string } }[]
}

const get = async (url: string): Promise<unknown> => (await fetch(url)).json()

const put = (id: string, resource: object) =>
  fetch(`${world.baseUrl}/Patient/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify({ ...resource, id }),
  })

test('a restart changes no answer', async () => {
  await put('shaw', SHAW)
  await put('berg', BERG)
  await put('shaw', { ...SHAW, active: false })
  await fetch(`${world.baseUrl}/Patient/berg`, { method: 'DELETE' })
  await put('berg', BERG)
  const addresses = ['Patient/shaw', 'Patient/shaw/_history', 'Patient/berg/_history', 'Patient?name=shaw', '_history']
  const answers = () => Promise.all(addresses.map(address => get(`${world.baseUrl}/${address}`)))
  const before = await answers()
  const first = (await get(`${world.baseUrl}/Patient?_sort=family&_count=1`)) as Page
  await world.restart()
  expect(await answers()).toEqual(before)
  const next = first.link.find(({ relation }) => relation === 'next')?.url ?? ''
  const second = (await get(next)) as Page
  expect([first, second].map(page => page.entry.map(({ resource }) => resource.id))).toEqual([['berg'], ['shaw']])
})
