import pg from 'pg'

/**
 * A connection whose end ends no process. Pools listen to connections that are idle, and Prisma to one that it uses, a
 * moment after it got it: where the server says in one message that it is ready and that it ends, nobody listens yet.
 * Whatever is asked of such a connection fails, and the pool opens another.
 */
export class CalmClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.on('error', () => {})
  }
}
