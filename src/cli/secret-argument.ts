import { holdsSecretLike } from '../key/secret-shape.js'
import { usageFailure } from './failure.js'

/**
 * Refuses a command line that holds a secret, whatever the verb: other processes can see it while it runs, and the
 * shell's history keeps it. The sentence does not repeat it.
 */
export function refuseSecrets(argv: readonly string[]): void {
  if (!argv.some(holdsSecretLike)) return
  throw usageFailure(
    'An argument looks like a secret, which is now in the history of your shell: revoke that key, and pass secrets by standard input only.',
  )
}
