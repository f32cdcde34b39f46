import { answerOf, ask } from './engine/ask.ts'
import type { Engine } from './engine/engine.ts'
import { refused } from './engine/engine-faults.ts'

/** Names of the indexes behind an alias, in order; none where there is no such alias. */
export async function indexesBehind(engine: Engine, alias: string, deadline: number): Promise<readonly string[]> {
  const response = await answerOf(engine, { method: 'GET', path: `/_alias/${alias}`, deadline })
  if (response.status === 404) return []
  if (response.status !== 200) throw refused(response)
  return Object.keys(response.body as Readonly<Record<string, unknown>>).sort()
}

export type AliasAction =
  | { readonly add: { readonly index: string; readonly alias: string } }
  | { readonly remove: { readonly index: string; readonly alias: string } }

/** All of them at once, or none. */
export async function changeAliases(engine: Engine, actions: readonly AliasAction[], deadline: number): Promise<void> {
  await ask(engine, { method: 'POST', path: '/_aliases', body: JSON.stringify({ actions }), deadline })
}
