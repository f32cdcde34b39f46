/** Waiting and chance, which tests replace. */
export interface Pace {
  wait(ms: number): Promise<void>
  /** 0 inclusive to 1 exclusive. */
  random(): number
}
