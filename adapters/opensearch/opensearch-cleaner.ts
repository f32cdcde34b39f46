import type { SearchCleaner } from '#service/ports/search-cleaner.ts'
import { type IndexLifeParts, purgeDeleted } from './index-life.ts'

export class OpenSearchCleaner implements SearchCleaner {
  readonly #parts: IndexLifeParts

  constructor(parts: IndexLifeParts) {
    this.#parts = parts
  }

  purgeDeleted(before: number, deadline: number): Promise<void> {
    return purgeDeleted(this.#parts, before, deadline)
  }
}
