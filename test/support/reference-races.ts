/** Many who refer to a resource and one who deletes it, all at once, again and again. */
import { expect } from 'vitest'

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** `send('PUT /Patient/1', content)`. */
export type Send = (line: string, content?: object) => Promise<Answer>

const identifierOf = (id: string) => [{ system: 'urn:race', value: id }]

const patient = (id: string) => ({ resourceType: 'Patient', id, identifier: identifierOf(id) })

const observation = (id: string, reference: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
})

const transaction = (...entry: readonly object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
})

const removal = (url: string) => ({ request: { method: 'DELETE', url } })

/** Of one Patient: what refers to it, in every way that R4 has, and how often it is deleted meanwhile. */
function requestsOf(id: string): readonly (readonly [line: string, content?: object])[] {
  const o = (suffix: string) => `${id}-${suffix}`
  const condition = `Patient?identifier=urn:race|${id}`
  const patch = [{ op: 'replace', path: '/subject/reference', value: `Patient/${id}` }]
  const data = Buffer.from(JSON.stringify(patch)).toString('base64')
  const binary = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
  return [
    [`PUT /Observation/${o('plain')}`, observation(o('plain'), `Patient/${id}`)],
    [`PUT /Observation/${o('versioned')}`, observation(o('versioned'), `Patient/${id}/_history/1`)],
    [`DELETE /Patient/${id}`],
    ['POST /', transaction(put(observation(o('one'), `Patient/${id}`)), put(observation(o('two'), `Patient/${id}`)))],
    ['POST /', transaction(put(observation(o('condition'), condition)))],
    ['POST /', transaction({ resource: binary, request: { method: 'PATCH', url: `Observation/${o('patched')}` } })],
    ['POST /', transaction(removal(`Patient/${id}`), put(observation(o('kept'), 'Patient/kept')))],
    [`PUT /Observation/${o('late')}`, observation(o('late'), `Patient/${id}`)],
  ]
}

const OBSERVATIONS = ['plain', 'versioned', 'one', 'two', 'condition', 'patched', 'late']

/** Deleted, or refused because it is referred to; written, or refused because it leads to nothing. */
const EXPECTED: readonly number[] = [200, 201, 204, 409, 412, 422]

/** @returns how often the delete was first, and how often a reference. */
export async function raceReferences(send: Send, rounds: number): Promise<{ deleted: number; referred: number }> {
  await send('PUT /Patient/kept', patient('kept'))
  let deleted = 0
  for (let round = 0; round < rounds; round++) {
    const id = `raced-${round}`
    await send(`PUT /Patient/${id}`, patient(id))
    await send(`PUT /Observation/${id}-patched`, observation(`${id}-patched`, 'Patient/kept'))
    const requests = requestsOf(id)
    // Each round begins with another one.
    const turned = requests.map((_, index) => requests[(index + round) % requests.length] ?? requests[0])
    const answers = await Promise.all(turned.map(async request => request && send(...request)))
    for (const answer of answers) expect(EXPECTED).toContain(answer?.status)
    const { status } = await send(`GET /Patient/${id}`)
    const references = await referencesOf(send, id)
    if (status === 410) {
      deleted++
      expect({ id, references }).toEqual({ id, references: [] })
    } else expect(references.length).toBeGreaterThan(0)
  }
  return { deleted, referred: rounds - deleted }
}

/** Those Observations that are there and refer to the Patient. */
async function referencesOf(send: Send, id: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const suffix of OBSERVATIONS) {
    const { status, body } = await send(`GET /Observation/${id}-${suffix}`)
    const { subject } = (status === 200 ? body : {}) as { readonly subject?: { readonly reference: string } }
    if (subject?.reference.startsWith(`Patient/${id}`)) found.push(suffix)
  }
  return found
}
