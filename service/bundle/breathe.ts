/** How many entries are worked on between two looks at what else the process has to do: some milliseconds. */
const ENTRIES_PER_BREATH = 64

const RESTED = Promise.resolve()

/** In a loop over thousands of entries: lets other requests have their turn from time to time. */
export const breathe = (index: number): Promise<void> =>
  index % ENTRIES_PER_BREATH === ENTRIES_PER_BREATH - 1 ? new Promise(resolve => setImmediate(resolve)) : RESTED
