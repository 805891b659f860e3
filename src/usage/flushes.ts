/**
 * One flush at a time, so that the last one knows all that was not written, and one that waits, for all who ask
 * meanwhile: however many ask of a database that does not answer, the last of them waits for two.
 */
export function createFlushes<Outcome>(
  write: (olderThanMs: number) => Promise<Outcome>,
): (olderThanMs: number) => Promise<Outcome> {
  let underWay: Promise<Outcome> | undefined
  let waiting: { readonly flushed: Promise<Outcome>; olderThanMs: number } | undefined

  function start(olderThanMs: number): Promise<Outcome> {
    const flushing = write(olderThanMs).finally(() => {
      if (underWay === flushing) underWay = undefined
    })
    underWay = flushing
    return flushing
  }

  function waitFor(before: Promise<Outcome>, olderThanMs: number): Promise<Outcome> {
    const startWaiting = () => {
      const asked = waiting?.olderThanMs ?? olderThanMs
      waiting = undefined
      return start(asked)
    }
    const flushed = before.then(startWaiting, startWaiting)
    waiting = { flushed, olderThanMs }
    return flushed
  }

  return (olderThanMs) => {
    if (waiting !== undefined) {
      waiting.olderThanMs = Math.min(waiting.olderThanMs, olderThanMs)
      return waiting.flushed
    }
    return underWay === undefined ? start(olderThanMs) : waitFor(underWay, olderThanMs)
  }
}
