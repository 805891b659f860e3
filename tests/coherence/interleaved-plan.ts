import fc from 'fast-check'

/** What happens in one run; the scheduler decides in which order. */
export interface Plan {
  /** Begins with a heartbeat answered and every key kept; else with nothing. */
  readonly isWarm: boolean
  readonly heartbeats: readonly ('answered' | 'late' | 'lost')[]
  readonly changes: readonly Change[]
  /** For each client, the keys it asks for one after the other. */
  readonly clients: readonly (readonly string[])[]
  readonly passing: readonly number[]
  readonly sleeps: readonly number[]
  readonly clockSettings: readonly number[]
  readonly reconnects: readonly null[]
}

export interface Change {
  readonly keyHash: string
  /** A key that is changed gets another version: narrower or wider, the protocol does not know. */
  readonly kind: 'revoke' | 'change' | 'delete'
  readonly names: 'keys' | 'all'
  readonly delivered: 0 | 1 | 2
}

export const KEYS = ['a', 'b', 'c']

const keyHash = fc.constantFrom(...KEYS)
const often = <T>(usual: T, ...others: T[]) => fc.constantFrom<T>(usual, usual, usual, ...others)

export const plans: fc.Arbitrary<Plan> = fc.record({
  isWarm: often(true, false),
  heartbeats: fc.array(often<Plan['heartbeats'][number]>('answered', 'late', 'lost'), {
    minLength: 5,
    maxLength: 7,
  }),
  changes: fc.array(
    fc.record<Change>({
      keyHash,
      kind: fc.constantFrom('revoke', 'change', 'delete'),
      names: often<Change['names']>('keys', 'all'),
      delivered: fc.constantFrom(0, 1, 2),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  clients: fc.array(fc.array(keyHash, { minLength: 5, maxLength: 9 }), { minLength: 3, maxLength: 3 }),
  passing: fc.array(fc.constantFrom(20, 100, 300, 700, 1_200), { minLength: 6, maxLength: 12 }),
  sleeps: fc.array(fc.constantFrom(90, 1_500, 30_000), { maxLength: 1 }),
  clockSettings: fc.array(fc.constantFrom(90, 600_000), { maxLength: 1 }),
  reconnects: fc.array(fc.constant(null), { maxLength: 1 }),
})
