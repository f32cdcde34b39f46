/** Keeps a search index from growing with what was deleted. */
export interface SearchCleaner {
  /**
   * Removes what deleted resources have left, where they were deleted before that time (milliseconds since the epoch).
   * Nobody may still hold writes from then: an older version of the resource would come back.
   */
  purgeDeleted(before: number, deadline: number): Promise<void>
}
