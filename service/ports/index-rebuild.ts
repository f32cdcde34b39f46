import type { SearchWriter } from './search-writer.ts'

/** Makes a new search index beside the one that is searched, and turns searches to it. */
export interface IndexRebuild {
  state(deadline: number): Promise<RebuildState>

  /**
   * Makes the next index. From when this returns every write goes to it too.
   * @throws Fault conflict where one is being built, not-found where there is none to build anew.
   */
  begin(deadline: number): Promise<string>

  /** Writes to that index alone. */
  writer(index: string): SearchWriter

  /** Turns searches to it, at once or not at all. Gives the one that was searched: it takes no more writes. */
  finish(index: string, deadline: number): Promise<string>

  /** Removes an index that is neither searched nor being built. Nothing happens where it is not there. */
  remove(index: string, deadline: number): Promise<void>

  /** The index that is being built goes. */
  abandon(deadline: number): Promise<void>
}

export interface RebuildState {
  /** undefined: there is no index yet. */
  readonly searched: string | undefined
  readonly building: string | undefined
  /** What earlier rebuilds have left behind: neither searched nor being built. */
  readonly orphans: readonly string[]
}
