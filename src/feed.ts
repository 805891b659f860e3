/**
 * `notify`: within milliseconds. `poll`: at the next heartbeat. `none`: not at all, so nothing is cached. `off`:
 * caching is switched off.
 */
export type Feed = 'notify' | 'poll' | 'none' | 'off'

/** How changes reach this process, where it keeps answers. */
export interface FeedState {
  readonly feed: Exclude<Feed, 'off'>
  /** Why it is no better. */
  readonly why: string
  /** What a person can do about it; absent where it mends itself. */
  readonly mend?: string
}
