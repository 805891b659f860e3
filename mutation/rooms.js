// Which tests prove which room: those that run in this process. What a child process runs, no mutant is seen in.
const rooms = {
  key: { mutate: ['src/key/**/*.ts'], tests: ['key'] },
  coherence: { mutate: ['src/coherence/**/*.ts'], tests: ['coherence'] },
  keyring: { mutate: ['src/keyring/**/*.ts'], tests: ['keyring', 'http', 'testing'], wantsDatabase: true },
  express: {
    mutate: ['src/express/*.ts'],
    tests: ['express', 'http', 'testing'],
    wantsDatabase: true,
  },
  audit: { mutate: ['src/express/audit/*.ts'], tests: ['express'] },
}

export const name = process.env.ROOM ?? 'key'
if (!Object.hasOwn(rooms, name)) throw new Error(`ROOM is one of ${Object.keys(rooms).join(', ')}.`)

export const room = rooms[name]
if (room.wantsDatabase && process.env.DATABASE_URL === undefined) {
  throw new Error('Set DATABASE_URL: starting an embedded PostgreSQL for every mutant would take days.')
}
