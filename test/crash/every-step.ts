/** One write, stopped after each of its steps: what is seen then, later, and after it is sent again. */
import { expect } from 'vitest'
import { type CrashProcess, type CrashWorld, openCrashWorld } from '#test/support/crash-world.ts'

/** none: as before. all: as after the write. Anything else is told as it is. */
export type Seen = 'none' | 'all' | string

export interface SteppedWrite {
  /** By a process that lives. */
  readonly prepare?: (process: CrashProcess, world: CrashWorld) => Promise<unknown>
  /** What the client asks for, and what workers do for it. */
  readonly write: (process: CrashProcess) => Promise<unknown>
  readonly seen: (process: CrashProcess, world: CrashWorld) => Promise<Seen>
  /** What the client does where it has no answer; default: the same again. */
  readonly again?: (process: CrashProcess) => Promise<unknown>
  /** What may be seen between none and all, where the write is no transaction. */
  readonly between?: RegExp
  /** What may be left of attempts that came to nothing. */
  readonly leaves?: RegExp
}

/** @returns after how many changes it was stopped, once each. */
export async function stopAfterEveryStep(write: SteppedWrite): Promise<number> {
  for (let changes = 0; ; changes++) {
    const world = openCrashWorld()
    await write.prepare?.(world.process(), world)
    await world.later()
    const process = world.process(changes)
    const end = await Promise.race([write.write(process).then(() => 'answered' as const), process.stopped])
    await judge(write, world, end, `after ${changes} changes`)
    if (end === 'answered') return changes
  }
}

async function judge(write: SteppedWrite, world: CrashWorld, end: 'answered' | 'stopped', at: string): Promise<void> {
  const see = () => write.seen(world.process(), world)
  const first = await see()
  const isKnown = (seen: Seen) => seen === 'none' || seen === 'all' || write.between?.test(seen) === true
  expect([at, 'right away', isKnown(first) ? 'none, all or what may be between' : first]).toEqual([
    at,
    'right away',
    'none, all or what may be between',
  ])
  if (end === 'answered') expect([at, 'answered', first]).toEqual([at, 'answered', 'all'])
  await world.later()
  const second = await see()
  if (first === 'all') expect([at, 'later', second]).toEqual([at, 'later', 'all'])
  else expect([at, 'later', isKnown(second)]).toEqual([at, 'later', true])
  await (write.again ?? write.write)(world.process())
  expect([at, 'again', await see()]).toEqual([at, 'again', 'all'])
  await world.later()
  expect([at, 'in the end', await see()]).toEqual([at, 'in the end', 'all'])
  const left = (await world.leftovers()).filter(each => !write.leaves?.test(each))
  expect([at, 'left', left]).toEqual([at, 'left', []])
}
