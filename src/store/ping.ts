import { answerOrRefuse } from './answer-or-refuse.js'
import type { RawClient } from './client.js'

export type Ping = () => Promise<'up' | 'down'>

export function createPing(client: RawClient, limitMs: number): Ping {
  return () =>
    answerOrRefuse(limitMs, () => client.$queryRawUnsafe('SELECT 1')).then(
      () => 'up',
      () => 'down',
    )
}
