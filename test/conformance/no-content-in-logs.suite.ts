/**
 * What patients are and what is searched for stands in no log, at any level: a mark is sent through every path, and
 * what the process writes is read.
 */
import { expect, test, vi } from 'vitest'
import { askGraphql, httpClient } from '#test/support/http-client.ts'
import type { HttpWorld } from '#test/support/http-world.ts'

const MARK = 'zqmark'

/** Everything that the process and its threads write, while `during` runs. */
export async function outputOf(during: () => Promise<void>): Promise<string> {
  let output = ''
  const take = (chunk: unknown): boolean => {
    output += Buffer.isBuffer(chunk) ? chunk.toString() : String(chunk)
    return true
  }
  const spies = [process.stderr, process.stdout].map(stream => vi.spyOn(stream, 'write').mockImplementation(take))
  try {
    await during()
    // What a thread has written arrives with a later turn of the loop.
    await new Promise(resolve => setImmediate(resolve))
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return output
}

const patient = {
  resourceType: 'Patient',
  name: [{ family: MARK, text: `<div>${MARK}</div>` }],
  identifier: [{ system: `urn:${MARK}`, value: MARK }],
  address: [{ city: MARK }],
}

const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry })

/** Each with the mark wherever a client may put something. */
export async function sendMarks(world: HttpWorld): Promise<readonly number[]> {
  const send = httpClient(world)
  const id = `${MARK}-id`
  const post = { method: 'POST', url: 'Patient' }
  const many = Array.from({ length: 120 }, () => ({ resource: patient, request: post }))
  // Above a megabyte: another thread's.
  const large = bundle('transaction', {
    resource: { ...patient, name: [{ family: MARK.repeat(200_000) }] },
    request: post,
  })
  const answers = [
    await send('POST Patient', { body: patient, headers: { authorization: `Bearer ${MARK}`, cookie: `a=${MARK}` } }),
    await send(`PUT Patient/${id}`, { body: { ...patient, id } }),
    await send(`PUT Patient/${id}`, { body: { ...patient, id }, headers: { 'if-match': `W/"${MARK}"` } }),
    await send(`PUT Patient/${id}`, { body: { ...patient, id: `${MARK}-other` } }),
    await send(`PUT Patient/${MARK}_`, { body: patient }),
    await send(`GET Patient/${id}`, { headers: { accept: `application/${MARK}` } }),
    await send(`GET Patient/${MARK}-nobody`),
    await send(`GET Patient/${id}/_history`),
    await send(`GET ${MARK}`),
    await send(`${MARK.toUpperCase()} Patient`),
    await send(`GET Patient?family=${MARK}&_sort=family`),
    await send(`GET Patient?${MARK}=${MARK}`),
    await send(`GET Patient?birthdate=${MARK}`),
    await send(`GET Patient?general-practitioner:Practitioner.name=${MARK}&_revinclude=${MARK}`),
    await send('POST Patient/_search', {
      body: `name:contains=${MARK}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
    await send('POST Patient', { body: `{"resourceType":"Patient","${MARK}": ${MARK}}` }),
    await send('POST Patient', { body: { ...patient, [MARK]: MARK, birthDate: MARK, gender: MARK } }),
    await send('POST Patient', { body: patient, headers: { 'content-type': `application/${MARK}` } }),
    await send('POST Patient', { body: patient, headers: { 'if-none-exist': `identifier=${MARK}` } }),
    await send('POST Patient', { body: patient, headers: { 'if-none-exist': `${MARK}=${MARK}` } }),
    await send('POST', { body: bundle('transaction', ...many) }),
    await send('POST', { body: bundle('batch', { resource: patient, request: post }, { request: { method: MARK } }) }),
    await send('POST', { body: bundle('transaction', { resource: { ...patient, active: MARK }, request: post }) }),
    await send('POST', { body: large }),
    await send('POST', {
      body: bundle(
        'batch',
        { resource: patient, request: post },
        { resource: { ...patient, active: MARK }, request: post },
      ),
      headers: { prefer: 'respond-async' },
    }),
    await send(`GET $graphql?query={PatientList(family:"${MARK}"){id ${MARK}}}`),
    await send(`GET Patient/${id}/$graphql?query={name{family}}`),
    await send(`DELETE Patient/${id}`),
    await send(`GET Patient/${id}`),
  ]
  await askGraphql(world, `{ PatientList(family: "${MARK}") { id name { family } } }`)
  await askGraphql(world, `{ ${MARK} }`)
  await askGraphql(world, `{ ${MARK}`)
  await askGraphql(world, 'mutation M($res: PatientInput!) { PatientCreate(res: $res) { id } }', {
    res: { name: [{ family: MARK }], birthDate: `${MARK}` },
  })
  return answers.map(({ status }) => status)
}

export const holdsNoMark = (output: string): void => {
  const lines = output.split('\n').filter(line => line.toLowerCase().includes(MARK))
  expect(lines).toEqual([])
}

export function noContentInLogsSuite(open: () => Promise<HttpWorld>): void {
  test('no path logs what it is sent, at the most talkative level', async () => {
    let statuses: readonly number[] = []
    const output = await outputOf(async () => {
      const world = await open()
      statuses = await sendMarks(world)
      await world.close()
    })
    expect(statuses.filter(status => status >= 500 && status !== 501)).toEqual([])
    expect(statuses.filter(status => status < 300).length).toBeGreaterThan(8)
    expect(output.split('\n').length).toBeGreaterThan(statuses.length)
    holdsNoMark(output)
  })
}
