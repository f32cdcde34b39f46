import { ask } from './ask.ts'
import type { Engine } from './engine.ts'
import { unavailable } from './engine-faults.ts'

interface RefreshAnswer {
  readonly _shards?: { readonly failed?: number }
}

/**
 * Everything that was written before this can be found after it. `index` may be an alias.
 * @throws Fault unavailable also where some shard alone has failed, which the engine answers by 200.
 */
export async function refresh(engine: Engine, index: string, deadline: number): Promise<void> {
  const path = `/${index}/_refresh`
  const answer = (await ask(engine, { method: 'POST', path, deadline })) as RefreshAnswer | undefined
  if (answer?._shards?.failed !== 0) throw unavailable('a shard was not refreshed')
}
