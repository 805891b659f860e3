import { isPostgresUrl, mendOfUrl } from '../postgres-url.js'
import { usageFailure } from './failure.js'

/** The one setting of the command line's environment. A flag would show the password to every process. */
export function requireDatabaseUrl({ DATABASE_URL: url }: NodeJS.ProcessEnv): string {
  if (url === undefined || url === '') {
    throw usageFailure(
      'DATABASE_URL is not set: set it to postgresql://user:password@host:5432/database. No .env is read; to read yours, run "node --env-file=.env node_modules/.bin/express-api-keys ...".',
    )
  }
  if (!isPostgresUrl(url)) {
    throw usageFailure(`DATABASE_URL ${mendOfUrl(url)}.`)
  }
  return url
}
