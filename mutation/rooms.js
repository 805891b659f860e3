// Which tests prove which room: those that run in this process. What a child process runs, no mutant is seen in.
const testsOf = {
  key: ['key'],
  coherence: ['coherence'],
  keyring: ['keyring', 'http', 'testing', 'usage'],
  express: ['express', 'http', 'neighbours', 'testing'],
}

export const room = process.env.ROOM ?? 'key'
if (!Object.hasOwn(testsOf, room)) throw new Error(`ROOM is one of ${Object.keys(testsOf).join(', ')}.`)
if (process.env.DATABASE_URL === undefined && room !== 'key' && room !== 'coherence') {
  throw new Error('Set DATABASE_URL: starting an embedded PostgreSQL for every mutant would take days.')
}

export const testFolders = testsOf[room]
