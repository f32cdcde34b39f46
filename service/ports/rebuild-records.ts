/** Who rebuilds the search index, and how far it is: kept durably, so that a crash costs little and leaves nothing. */
export interface RebuildRecords {
  /** Strongly consistent; undefined: no rebuild is under way. */
  read(deadline: number): Promise<RebuildRecord | undefined>

  /** Puts the record in the place of that one, or where there is none. false: somebody was faster. */
  replace(record: RebuildRecord, before: RebuildRecord | undefined, deadline: number): Promise<boolean>

  /** false: it is not that one any more. */
  remove(record: RebuildRecord, deadline: number): Promise<boolean>
}

export interface RebuildRecord {
  /** Never used before: each replacement has another. */
  readonly stamp: string
  /** Milliseconds since the epoch: who has not said anything until then is taken for dead, and others go on. */
  readonly leaseUntil: number
  /** The index that is being built; undefined before it is made. */
  readonly index: string | undefined
  /** Once searches were turned to the new one: the old one, which is to be removed. */
  readonly old: string | undefined
  /** Of each segment where to go on; null: it is done. */
  readonly places: readonly (string | null | undefined)[]
  /** Resources written so far, and those that the index refused. */
  readonly written: number
  readonly refused: number
}
