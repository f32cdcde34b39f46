import type { IndexRebuild, RebuildState } from '#service/ports/index-rebuild.ts'
import type { SearchWriter } from '#service/ports/search-writer.ts'
import {
  abandonRebuild,
  beginRebuild,
  finishRebuild,
  type IndexLifeParts,
  orphansOf,
  removeIndex,
  stateOf,
} from './index-life.ts'
import { OpenSearchWriter } from './opensearch-writer.ts'

export class OpenSearchRebuild implements IndexRebuild {
  readonly #parts: IndexLifeParts

  constructor(parts: IndexLifeParts) {
    this.#parts = parts
  }

  async state(deadline: number): Promise<RebuildState> {
    const state = await stateOf(this.#parts, deadline)
    return { ...state, orphans: await orphansOf(this.#parts, deadline) }
  }

  begin(deadline: number): Promise<string> {
    return beginRebuild(this.#parts, deadline)
  }

  writer(index: string): SearchWriter {
    const { engine, place } = this.#parts
    return new OpenSearchWriter({ engine, place, index })
  }

  finish(index: string, deadline: number): Promise<string> {
    return finishRebuild(this.#parts, index, deadline)
  }

  remove(index: string, deadline: number): Promise<void> {
    return removeIndex(this.#parts, index, deadline)
  }

  abandon(deadline: number): Promise<void> {
    return abandonRebuild(this.#parts, deadline)
  }
}
