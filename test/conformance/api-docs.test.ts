/** The OpenAPI document: valid, and about addresses that are there. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BASE_URL, openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

interface Document {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>
}

let world: RestWorld
let document: Document

beforeAll(async () => {
  world = await openRestWorld({ hardDelete: 'offered' })
  document = (await world.send('GET /api-docs')).body as Document
})

afterAll(() => world.close())

test('it is JSON, for this endpoint', async () => {
  const { status, headers } = await world.answer('GET /api-docs', { headers: { accept: 'application/json' } })
  expect({ status, headers }).toEqual({ status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
  expect({ version: document.openapi, servers: document.servers }).toEqual({
    version: '3.1.0',
    servers: [{ url: BASE_URL }],
  })
})

test('it is valid', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document) as unknown as Record<string, unknown>)).toEqual({
    valid: true,
  })
})

test('operations have names of their own', () => {
  const ids = Object.values(document.paths).flatMap(methods =>
    Object.values(methods).flatMap(({ operationId }) => operationId ?? []),
  )
  expect(ids).toEqual([...new Set(ids)])
})

const EXAMPLES: Readonly<Record<string, string>> = {
  ...{ type: 'Observation', id: 'a', versionId: '1', compartment: 'Patient', job: 'a' },
}

test('every address and method is there', async () => {
  const missing: string[] = []
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods).filter(name => name !== 'description')) {
      const line = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, (_all, name: string) => EXAMPLES[name] ?? '')}`
      const { status, body } = await world.answer(line)
      if (status >= 500 || status === 405 || (status >= 400 && /no FHIR address|not offered/.test(body)))
        missing.push(`${line} ${status}`)
    }
  }
  expect(missing).toEqual([])
})
