import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const LONG_MS = 60_000

test('so many have a turn at the same time, the others one after the other, in their order', async () => {
  const turns = new Turns(2)
  const begun: string[] = []
  const take = (name: string) => turns.take(LONG_MS).then(inTime => begun.push(`${name} ${inTime}`))
  const taken = ['a', 'b', 'c', 'd', 'e'].map(take)
  await Promise.all(taken.slice(0, 2))
  expect(begun).toEqual(['a true', 'b true'])
  turns.end()
  await taken[2]
  expect(begun).toEqual(['a true', 'b true', 'c true'])
  for (let ended = 0; ended < 4; ended++) turns.end()
  await Promise.all(taken)
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'].map(name => `${name} true`))
  await Promise.all([turns.take(LONG_MS), turns.take(LONG_MS)])
})

test('who gives up waiting takes no turn from others', async () => {
  const turns = new Turns(1)
  await turns.take(LONG_MS)
  const [late, patient] = [turns.take(0), turns.take(LONG_MS)]
  expect(await late).toBe(false)
  turns.end()
  expect(await patient).toBe(true)
})
