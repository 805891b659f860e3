import { Agent, request } from 'node:http'

/**
 * Sends requests at a steady rate, whether or not those before were answered: to each URL in turn, with the
 * Authorization that `credentialFor(n)` gives. `onAnswer` hears each answer as it arrives.
 */
export function sendAtRate({ urls, perSecond, credentialFor, onAnswer }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const began = performance.now()
  let sent = 0
  let answered = 0
  let failure

  function send(n) {
    const at = n % urls.length
    const credential = credentialFor(n)
    const headers = { authorization: `Bearer ${credential}` }
    const outgoing = request(urls[at], { agent, headers }, (answer) => {
      answered += 1
      const atMs = performance.timeOrigin + performance.now()
      onAnswer({ credential, at, status: answer.statusCode, atMs })
      answer.resume()
    })
    outgoing.on('error', (error) => {
      // The server closed a connection that had idled, just as it was used again: not an answer, not a failure.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') send(n)
      else failure ??= error
    })
    outgoing.end()
  }

  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond)
    while (sent < due) {
      send(sent)
      sent += 1
    }
  }, 1)

  return {
    /** Throws if a request was not answered at all, or a second's worth of them is still waiting. */
    check() {
      if (failure !== undefined) throw failure
      if (sent - answered > perSecond)
        throw new Error(`${perSecond} requests a second are not answered in time.`)
    },
    /** The answer is the rate that was kept. */
    stop() {
      clearInterval(timer)
      agent.destroy()
      return (sent / (performance.now() - began)) * 1_000
    },
  }
}
