import { fault } from '../../fault.ts'
import { mapConcurrently } from '../../map-concurrently.ts'
import { deliver } from './complete.ts'
import { type Execution, NOTHING, type Outcome, type Task } from './execution.ts'
import { resolveMutation } from './mutations.ts'
import { resolveReads } from './reads.ts'
import {
  parentOf,
  type ReverseGroup,
  resolveReverseConnection,
  resolveReverseGroup,
  reverseSearchOf,
} from './reverse-lists.ts'
import { resolveSearch } from './searches.ts'

/** Fetches what waits, level by level, until nothing does. */
export async function runLevels(execution: Execution): Promise<void> {
  while (execution.tasks.length > 0) {
    const level = execution.tasks
    execution.tasks = []
    const outcomes = await resolveLevel(execution, level)
    // In the order of the document, whatever came first: the order of errors is part of the answer.
    for (const task of level) deliver(execution, task, outcomes.get(task) ?? NOTHING)
  }
}

type Outcomes = Map<Task, Outcome>

/** All reads of a level together, reverse lists by what they search for, everything else by itself. Never rejects. */
export async function resolveLevel(execution: Execution, level: readonly Task[]): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  if (isLate(execution)) {
    const thrown = fault('too-costly', 'The time for this request is over', { code: 'timeout' })
    return new Map(level.map(task => [task, { thrown }]))
  }
  const reads: Task[] = []
  const groups = new Map<string, ReverseGroup>()
  const jobs: (() => Promise<void>)[] = []
  for (const task of level) {
    const { kind } = task.field.definition.access
    if (kind === 'read' || kind === 'reference') reads.push(task)
    else if (kind === 'reverse') planReverse(execution, task, groups, jobs, outcomes)
    else jobs.push(() => settle(outcomes, [task], async () => new Map([[task, await resolveOne(execution, task)]])))
  }
  if (reads.length > 0) {
    jobs.push(() =>
      settle(outcomes, reads, async () => {
        const results = await resolveReads(execution, reads)
        return new Map(reads.map((task, index) => [task, results[index] ?? NOTHING]))
      }),
    )
  }
  for (const group of groups.values()) {
    const tasks = group.members.map(({ task }) => task)
    jobs.push(() => settle(outcomes, tasks, () => resolveReverseGroup(execution, group)))
  }
  await mapConcurrently(jobs, execution.context.graphqlLimits.concurrencyMax, job => job())
  return outcomes
}

const isLate = ({ context, call }: Execution): boolean => context.ports.clock.now() >= call.deadline

const resolveOne = (execution: Execution, task: Task): Promise<Outcome> =>
  task.field.definition.access.kind === 'search' ? resolveSearch(execution, task) : resolveMutation(execution, task)

/** A failure is that of every task it was for. */
async function settle(outcomes: Outcomes, tasks: readonly Task[], resolve: () => Promise<Outcomes>): Promise<void> {
  try {
    for (const [task, outcome] of await resolve()) outcomes.set(task, outcome)
  } catch (thrown) {
    for (const task of tasks) outcomes.set(task, { thrown })
  }
}

function planReverse(
  execution: Execution,
  task: Task,
  groups: Map<string, ReverseGroup>,
  jobs: (() => Promise<void>)[],
  outcomes: Outcomes,
): void {
  const { access } = task.field.definition
  const parent = parentOf(task)
  if (parent === undefined) {
    outcomes.set(task, task.field.definition.list ? { value: [] } : NOTHING)
  } else if (access.kind === 'reverse' && access.form === 'connection') {
    const resolve = async () => new Map([[task, await resolveReverseConnection(execution, task, parent)]])
    jobs.push(() => settle(outcomes, [task], resolve))
  } else {
    try {
      const wanted = reverseSearchOf(execution, task)
      const { source, parameter, parameters, count = null, fhirpath = null } = wanted
      const key = JSON.stringify([source, parameter.code, parameters, count, fhirpath])
      const group = groups.get(key) ?? { ...wanted, members: [] }
      group.members.push({ task, parent })
      groups.set(key, group)
    } catch (thrown) {
      outcomes.set(task, { thrown })
    }
  }
}
