/** Nothing that a client of the last release relies on is gone, but for what was accepted. */
import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { buildSchema, findBreakingChanges } from 'graphql'
import { expect, test } from 'vitest'
import { generatedSchema } from '#test/support/generated-schema.ts'

const fileOf = (name: string): Buffer => readFileSync(new URL(name, import.meta.url))

const released = brotliDecompressSync(fileOf('released-schema.graphql.br')).toString('utf8')
const accepted = fileOf('accepted-schema-changes.txt').toString('utf8').split('\n').filter(Boolean)

const schemaOf = (sdl: string) => buildSchema(`scalar AWSJSON\n${sdl}`, { assumeValid: true })

/** What `npm run schema:release` kept, by graphql-js's own judgement of what breaks clients. */
test('the SDL breaks no client of the last release', () => {
  const changes = findBreakingChanges(schemaOf(released), generatedSchema()).map(({ description }) => description)
  expect(changes.filter(change => !accepted.includes(change))).toEqual([])
  expect(accepted.filter(change => !changes.includes(change))).toEqual([])
}, 60_000)

test('what breaks a client is found', () => {
  const without = schemaOf(released.replace('birthDate:String ', ''))
  expect(findBreakingChanges(schemaOf(released), without).map(({ description }) => description)).toContain(
    'Patient.birthDate was removed.',
  )
}, 60_000)
