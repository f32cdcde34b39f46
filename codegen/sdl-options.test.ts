import { expect, it } from 'vitest'
import { completeSdl } from './emit-graphql.ts'
import { parseSdlOptions, SDL_USAGE } from './sdl-options.ts'

const TYPES = ['Patient', 'Observation']

it('what is not said is as in the complete SDL', () => {
  expect(parseSdlOptions([], TYPES)).toEqual(completeSdl)
  const given = ['types=Patient', 'inputs=json', 'reverse=none', 'lists=none']
  expect(parseSdlOptions(given, TYPES)).toEqual({
    resourceTypes: ['Patient'],
    inputs: 'json',
    reverse: 'none',
    reverseArguments: 'few',
    listArguments: [],
  })
  expect(parseSdlOptions(['reverse-arguments=all'], TYPES)).toEqual({ ...completeSdl, reverseArguments: 'all' })
  expect(parseSdlOptions(['lists=HumanName,Coding'], TYPES)).toEqual({
    ...completeSdl,
    listArguments: ['HumanName', 'Coding'],
  })
})

it.each([
  ['types=Patient,Nothing', 'Nothing is no resource type of R4'],
  ['types=', `What "types=" means is not known. Usage:\n${SDL_USAGE}`],
  ['inputs=xml', `What "inputs=xml" means is not known. Usage:\n${SDL_USAGE}`],
  ['reverse-arguments=', `What "reverse-arguments=" means is not known. Usage:\n${SDL_USAGE}`],
  ['help', `What "help" means is not known. Usage:\n${SDL_USAGE}`],
])('%s is refused', (argument, sentence) => {
  expect(parseSdlOptions([argument], TYPES)).toBe(sentence)
})
