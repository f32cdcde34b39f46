/** SearchParameters that can't take effect: they are refused where they are to be active. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eyesParameter as own } from '#test/support/own-parameters.ts'
import { openRestWorld, type RestWorld } from '#test/support/rest-world.ts'

let world: RestWorld

beforeEach(async () => {
  world = await openRestWorld()
})

afterEach(() => world.close())

test.each([
  ['Patient..name', 'expression', 'The expression could not be read: expected a name instead of "." at 8.'],
  ['Patient.nickname', 'expression', 'The expression is not supported: Patient has no element nickname.'],
  ['Patient.birthDate', 'expression', 'No token value comes from date.'],
  ['Patient.name.count()', 'expression', 'The expression is not supported: count() is unsupported.'],
])('with the expression %s', async (expression, element, reason) => {
  expect(await world.send('POST /SearchParameter', { body: own({ expression }) })).toEqual({
    status: 422,
    headers: { 'Content-Type': 'application/fhir+json; charset=utf-8' },
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'invalid',
          diagnostics: `The SearchParameter can't take effect. For Patient: ${reason} (expression: ${expression})`,
          expression: [`SearchParameter.${element}`],
        },
      ],
    },
  })
})

test.each([
  [{ expression: undefined }, 'invalid', 'SearchParameter.expression'],
  [{ type: 'special' }, 'invalid', 'SearchParameter.type'],
  [{ code: '_sort' }, 'invalid', 'SearchParameter.code'],
  [{ code: 'a.b' }, 'invalid', 'SearchParameter.code'],
  [{ code: 'gender' }, 'duplicate', 'SearchParameter.code'],
  [{ id: 'second', code: 'eyes' }, 'duplicate', 'SearchParameter.code'],
])('%o', async (parts, code, element) => {
  await world.send('PUT /SearchParameter/eyes', { body: own() })
  const body = own({ id: 'second', code: 'second', ...parts })
  expect(await world.send(`PUT /SearchParameter/second`, { body })).toMatchObject({
    status: 422,
    body: { issue: [{ severity: 'error', code, expression: [element] }] },
  })
  expect(await world.send(`PUT /SearchParameter/second`, { body: { ...body, status: 'draft' } })).toMatchObject({
    status: 201,
  })
})

test('R4’s own is stored, and stays in force as it is', async () => {
  const body = own({ id: 'g', code: 'gender', url: 'http://hl7.org/fhir/SearchParameter/individual-gender' })
  expect(await world.send('PUT /SearchParameter/g', { body })).toMatchObject({ status: 201 })
  const { body: status } = await world.send('GET /SearchParameter/g/$reindex-status')
  expect(status).toMatchObject({ parameter: [{ valueCode: 'no-effect' }] })
})

const CLASH = {
  status: 422,
  body: {
    issue: [
      {
        severity: 'error',
        code: 'duplicate',
        diagnostics:
          "The SearchParameter can't take effect. 'eyes' of Patient is another active SearchParameter: " +
          'choose another code',
        expression: ['SearchParameter.code'],
      },
    ],
  },
}

test('a new one whose body has the id of the one that it clashes with', async () => {
  await world.send('PUT /SearchParameter/eyes', { body: own() })
  expect(await world.send('POST /SearchParameter', { body: own() })).toMatchObject(CLASH)
  const url = `/SearchParameter?url=${own().url}`
  // That one itself is no other.
  expect(await world.send(`PUT ${url}`, { body: own({ id: undefined, description: 'The same' }) })).toMatchObject({
    status: 200,
  })
})

test('two in one transaction', async () => {
  const entry = ['one', 'two'].map(id => ({
    resource: own({ id }),
    request: { method: 'PUT', url: `SearchParameter/${id}` },
  }))
  const body = { resourceType: 'Bundle', type: 'transaction', entry }
  expect(await world.send('POST /', { body })).toMatchObject(CLASH)
  expect(await world.send('GET /SearchParameter/one')).toMatchObject({ status: 404 })
})

test.each([
  ['$validate', {}, 'duplicate'],
  ['$validate?mode=create', { id: 'eyes' }, 'duplicate'],
  ['$validate', { id: 'eyes' }, undefined],
  ['$validate', { id: undefined }, 'duplicate'],
])('%s says so: %o', async (operation, parts, code) => {
  await world.send('PUT /SearchParameter/eyes', { body: own() })
  const body = own({ id: 'second', ...parts })
  const { body: outcome } = await world.send(`POST /SearchParameter/${operation}`, { body })
  const { issue } = outcome as { readonly issue: readonly { readonly severity: string; readonly code: string }[] }
  expect(issue.find(({ severity }) => severity === 'error')?.code).toBe(code)
})
