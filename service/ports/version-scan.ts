import type { VersionImage } from './change-images.ts'

/** Everything that a store holds, of all tenants: for rebuilding what is made of it, and never for a request. */
export interface VersionScan {
  /**
   * A page of one of so many segments, which divide what is stored and may be read side by side. Of a resource that is
   * there throughout, its newest final version comes at least once, tombstones included; older ones may come too, also
   * after it. Strongly consistent: what was final when a page was asked for is in it, or behind it.
   * @throws Fault unavailable or throttled where it is worth another try.
   */
  read(segment: ScanSegment, deadline: number): Promise<ScanPage>
}

export interface ScanSegment {
  /** 0 to segments - 1. */
  readonly segment: number
  readonly segments: number
  /** Where the page before ended, as given by it. */
  readonly after?: string
}

export interface ScanPage {
  readonly versions: readonly VersionImage[]
  /** undefined: it was the segment's last one. */
  readonly next: string | undefined
}
