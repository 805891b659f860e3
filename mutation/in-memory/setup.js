import { beforeEach } from 'vitest'

// Of tests that run in memory, those that ask for what only PostgreSQL has: owners that must be there, ids that are
// UUIDs, several keyrings on the same keys, counters of one's own.
const onlyOnPostgres =
  /^names the field (tenantId|userId)|that (failed|does not exist)|user of another tenant|^is no use of the key|^refuses like authenticate|^throws for a wrong|^the application itself manages|several processes|hangs up|where the database failed|survive the process|a client of Redis/

// The code that is mutated is the same on either.
const isElsewhere = (suite) =>
  suite !== undefined && (/'(Express 4|PostgreSQL)'/.test(suite.name) || isElsewhere(suite.suite))

beforeEach(({ task, skip }) => {
  if (onlyOnPostgres.test(task.name) || isElsewhere(task.suite)) skip()
})
