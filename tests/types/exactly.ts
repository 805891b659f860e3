type Exactly<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : ['these two types differ']

/** Compiles only when both types are the same; wider or narrower is not enough. */
export function exactly<A, B>(..._differ: Exactly<A, B>): void {}
