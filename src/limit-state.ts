/** How a limit stands for whoever sent the request. */
export interface LimitState {
  /** As it is written, such as `10/s`; those of all keys of a tenant begin with `tenant `. */
  readonly name: string
  /** How much there is in a window. */
  readonly limit: number
  /** How much of it is left. */
  readonly remaining: number
  /** How long the window is, in seconds; `null` never ends. */
  readonly windowSeconds: number | null
  /** In how many seconds it begins anew, rounded up; `null` never. */
  readonly resetSeconds: number | null
}
