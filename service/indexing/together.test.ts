import { expect, test } from 'vitest'
import { Together } from './together.ts'

test('those who ask at the same moment have it done once, the next ones again', async () => {
  const together = new Together<number>()
  let begun = 0
  const ask = (key: string) => together.once(key, async () => ++begun)
  const first = [ask('a'), ask('a'), ask('b'), ask('a')]
  expect(begun).toBe(0)
  expect(await Promise.all(first)).toEqual([1, 1, 2, 1])
  expect(await Promise.all([ask('a'), ask('a')])).toEqual([3, 3])
})

test('who asks while it is under way has it done again', async () => {
  const together = new Together<string>()
  const began: string[] = []
  const end: (() => void)[] = []
  const ask = (name: string) =>
    together.once('a', async () => {
      began.push(name)
      await new Promise<void>(resolve => end.push(resolve))
      return name
    })
  const first = ask('first')
  await Promise.resolve()
  expect(began).toEqual(['first'])
  const second = ask('second')
  await Promise.resolve()
  expect(began).toEqual(['first', 'second'])
  for (const each of end) each()
  expect(await Promise.all([first, second])).toEqual(['first', 'second'])
})

test('a failure is told to all who asked, and to nobody else', async () => {
  const together = new Together<number>()
  const fail = () => together.once('a', async () => Promise.reject(new Error('no')))
  expect((await Promise.allSettled([fail(), fail()])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await together.once('a', async () => 1)).toBe(1)
})
