/** Who asks. Asked for its address only when that matters, for to find it takes time. */
export interface Caller {
  /** An IP address, such as Express' `req.ip`. */
  readonly address?: string | undefined
}
