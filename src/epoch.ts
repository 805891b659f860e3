import { withoutHashes } from './without-hashes.js'

/** Where the database's history of changes stands. The stamp is drawn at random with every step. */
export interface Position {
  readonly epoch: bigint
  readonly stamp: string
}

/** What a heartbeat reads from the primary. */
export interface EpochReading extends Position {
  readonly databaseMs: number
}

/** One step of the epoch, as announced: which keys it concerns, `null` for all. */
export interface EpochStep extends Position {
  readonly stampBefore: string
  readonly keyHashes: readonly string[] | null
}

/** Trouble that lasts until a person mends it. */
export class NeedsMending extends Error {
  readonly mend: string

  constructor(why: string, mend: string, options?: ErrorOptions) {
    super(why, options?.cause === undefined ? undefined : { cause: withoutHashes(options.cause) })
    this.mend = mend
  }
}

/** No answer can be kept, although the database answers: it has no epoch that could be trusted. */
export class EpochUnavailable extends NeedsMending {}

/** Steps are not announced to this process; they are found by heartbeats instead. */
export class AnnouncementsLost extends NeedsMending {}

export interface EpochSource {
  /** Throws `EpochUnavailable`. */
  readonly readEpoch: () => Promise<EpochReading>
}

/** The epoch as the keyring's own client sees it. */
export interface ClientEpochSource extends EpochSource {
  /** Sends a text that is no step to all who listen on a channel. */
  readonly announce: (channel: string, text: string) => Promise<void>
}

/** The epoch over a connection of its own, which hears steps as they are committed. */
export interface EpochListener extends EpochSource {
  readonly channel: string
  readonly close: () => void
}

export interface EpochListenerEvents {
  readonly onStep: (step: EpochStep) => void
  /** A text that is no step. */
  readonly onOther: (text: string) => void
  readonly onLost: () => void
}

export type ListenForEpoch = (events: EpochListenerEvents) => Promise<EpochListener>
