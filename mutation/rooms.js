// Which tests prove which room: those that run in this process. What a child process runs, no mutant is seen in.
const rooms = {
  key: { mutate: ['src/key/**/*.ts'], tests: ['key/**/*'] },
  coherence: { mutate: ['src/coherence/**/*.ts'], tests: ['coherence/**/*'] },
  keyring: {
    mutate: ['src/keyring/**/*.ts'],
    tests: ['keyring/**/*', 'testing/*', 'http/{failed-attempts,imported,limits,places,refusals}'],
    asksDatabase: true,
  },
  express: {
    mutate: ['src/express/*.ts'],
    tests: ['express/{define,options}*', 'http/*', 'neighbours/*', 'testing/{acting,memory}*'],
    asksDatabase: true,
  },
  audit: { mutate: ['src/express/audit/*.ts'], tests: ['express/*'] },
}

export const name = process.env.ROOM ?? 'key'
if (!Object.hasOwn(rooms, name)) throw new Error(`ROOM is one of ${Object.keys(rooms).join(', ')}.`)

/** Of a second run, which is for a part of the room, only some tests may be of use. */
const { TESTS } = process.env
export const room = TESTS === undefined ? rooms[name] : { ...rooms[name], tests: [TESTS] }
export const isOnPostgres = room.asksDatabase === true && process.env.DATABASE_URL !== undefined
/** Without a database, the tests of a room that asks one run on the keyring in memory, ten times as fast. */
export const isInMemory = room.asksDatabase === true && !isOnPostgres
