import { isRevealed, reveal } from '../access/reveal.ts'
import type { Call } from '../call.ts'
import type { ServiceContext } from '../context.ts'
import type { Ports } from '../ports/ports.ts'
import type { ResourceKey } from '../ports/stored-version.ts'
import { binaryObjectOf, objectKey } from './binary-object.ts'

/** The part of the service that is needed. */
export interface BytesContext extends Pick<ServiceContext, 'policy' | 'definitions'> {
  readonly ports: Pick<Ports, 'store' | 'objects'>
}

const PAGE_SIZE = 100

/** Keys of the objects that hold the bytes of all versions of a Binary. Whether the caller may erase has been asked. */
export async function objectKeysOf(context: BytesContext, call: Call, key: ResourceKey): Promise<readonly string[]> {
  const { ports, policy } = context
  if (key.type !== 'Binary' || !ports.objects) return []
  const definitions = context.definitions.for(call.tenant)
  const keys = new Set<string>()
  let after: string | undefined
  do {
    const { deadline } = call
    const page = await ports.store.history(call.tenant, {
      ...key,
      count: PAGE_SIZE,
      deadline,
      ...(after !== undefined && { after }),
    })
    for (const version of page.versions) {
      const seen = reveal(call, policy, definitions, version)
      const object = isRevealed(seen) ? binaryObjectOf(seen.content()) : undefined
      if (object) keys.add(objectKey(key, object))
    }
    after = page.next
  } while (after !== undefined)
  return [...keys]
}
