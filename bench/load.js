import autocannon from 'autocannon'

export const CONNECTIONS = 32
const SAMPLE_MS = 50

/**
 * Values of the Authorization header, used in turn over all rounds, so that a short round does not begin with
 * those that the last one had.
 */
export function inTurn(values) {
  let at = 0
  return {
    /** Those for one of the connections: every `CONNECTIONS`-th. */
    forConnection: (connection) =>
      Array.from(
        { length: Math.ceil(values.length / CONNECTIONS) },
        (_, n) => values[(at + connection + n * CONNECTIONS) % values.length],
      ),
    advance(requests) {
      at = (at + requests) % values.length
    },
  }
}

/** One round. A request that was not answered 2xx is a failed one. */
export async function drive({ url, credentials, durationSeconds }) {
  let connection = 0
  let beganAt = 0
  const { result, tookSeconds } = await new Promise((resolve, reject) => {
    const run = autocannon(
      {
        url,
        connections: CONNECTIONS,
        duration: durationSeconds,
        sampleInt: SAMPLE_MS,
        setupClient(client) {
          const values = credentials.forConnection(connection)
          connection += 1
          client.setRequests(values.map((authorization) => ({ headers: { authorization } })))
        },
      },
      (error, result) => {
        if (error) reject(error)
        else resolve({ result, tookSeconds: (performance.now() - beganAt) / 1_000 })
      },
    )
    // The requests are built by now; what that took is not the server's.
    run.on('start', () => {
      beganAt = performance.now()
    })
  })
  credentials.advance(result.requests.sent)
  return {
    requests: result['2xx'],
    perSecond: result['2xx'] / tookSeconds,
    failed: result.errors + result.timeouts + result.non2xx,
  }
}
