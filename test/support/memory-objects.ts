import { type Tenant, tenantOf } from '#service/call.ts'
import type { ObjectStore } from '#service/ports/object-store.ts'

export interface MemoryObjects extends ObjectStore {
  /** What is there, as `tenant key`. */
  keys(): readonly string[]
}

interface Kept {
  readonly contentType: string
  readonly content: Uint8Array
  readonly keptAt: number
}

/** An ObjectStore in a map. */
export function memoryObjects(): MemoryObjects {
  const kept = new Map<string, Kept>()
  const nameOf = (tenant: Tenant, key: string): string => `${tenant} ${key}`
  return {
    async put(tenant, key, content, { contentType }) {
      const chunks: Uint8Array[] = []
      for await (const chunk of content instanceof Uint8Array ? [content] : content) chunks.push(chunk)
      const whole = Buffer.concat(chunks)
      kept.set(nameOf(tenant, key), { contentType, content: whole, keptAt: Date.now() })
      return { contentType, bytes: whole.byteLength }
    },
    async head(tenant, key) {
      const found = kept.get(nameOf(tenant, key))
      return found && { contentType: found.contentType, bytes: found.content.byteLength }
    },
    async get(tenant, key, range) {
      const found = kept.get(nameOf(tenant, key))
      if (!found) return undefined
      const { contentType, content } = found
      const part = range ? content.subarray(range.first, range.last + 1) : content
      return { contentType, bytes: content.byteLength, content: inOnePiece(part) }
    },
    async delete(tenant, key) {
      kept.delete(nameOf(tenant, key))
    },
    async list(word) {
      const objects = [...kept].flatMap(([name, { keptAt }]) => {
        const [tenant = '', key = ''] = name.split(' ')
        return key.startsWith(`${word}/`) ? [{ tenant: tenantOf(tenant), key, keptAt }] : []
      })
      return { objects, next: undefined }
    },
    presign: async () => undefined,
    recognize: async () => undefined,
    keys: () => [...kept.keys()],
  }
}

async function* inOnePiece(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
