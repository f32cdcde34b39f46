/**
 * Maps in order of the items with at most `concurrencyMax` running at the same time. The first failure is the answer;
 * what runs then is left to end, and nothing new is started.
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  concurrencyMax: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  let failed = false
  const run = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        results[index] = await task(items[index] as T, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrencyMax, items.length) }, run))
  return results
}
