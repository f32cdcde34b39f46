/** An app's client with types from its documents, as docs/guides/graphql-client.md sets it up. */
import { readFileSync } from 'node:fs'
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { Kind, parse, print, validate } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '#runtime/local/world.ts'
import { generatedSchema } from '#test/support/generated-schema.ts'
import { PatientsWithConditionsDocument, RegisterPatientDocument } from './generated/patients.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ config: { logLevel: 'silent' } })
})

afterAll(() => world.close())

/** All that an app needs: the types of variables and of data come with the document. */
async function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const response = await fetch(world.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: print(document), variables }),
  })
  const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly { message: string }[] }
  if (errors || data === undefined) throw new Error(errors?.map(({ message }) => message).join('; '))
  return data
}

test('what is written and read has types', async () => {
  const identifier = [{ system: 'urn:app', value: '1' }]
  const variables = {
    res: { identifier, birthDate: '1990-02-03', name: [{ use: 'official', family: 'Shaw', given: ['Mara'] }] },
    ifNoneExist: 'identifier=urn:app|1',
  }
  const { PatientCreate: first } = await ask(RegisterPatientDocument, variables)
  const { PatientCreate: second } = await ask(RegisterPatientDocument, variables)
  expect(second).toEqual(first)
  const { PatientList } = await ask(PatientsWithConditionsDocument, { family: 'shaw', count: 10 })
  const names: readonly (string | null | undefined)[] | undefined = PatientList?.map(
    patient => patient?.name?.[0]?.family,
  )
  expect([names, PatientList]).toEqual([
    ['Shaw'],
    [
      {
        id: first?.id,
        birthDate: '1990-02-03',
        name: [{ family: 'Shaw', given: ['Mara'] }],
        generalPractitioner: null,
        ConditionList: [],
      },
    ],
  ])
})

test('the documents are those of the file, and still valid', () => {
  const file = parse(readFileSync(new URL('patients.graphql', import.meta.url), 'utf8'))
  expect(validate(generatedSchema(), file)).toEqual([])
  const made = [PatientsWithConditionsDocument, RegisterPatientDocument].flatMap(({ definitions }) => definitions)
  const textOf = (definitions: typeof made) => new Set(definitions.map(definition => print(definition)))
  expect(textOf(made)).toEqual(textOf([...file.definitions]))
  expect(made.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)).toHaveLength(2)
})
