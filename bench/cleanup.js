/** What was begun and must not outlive the run, however it ends: processes, databases. */
const pending = new Set()

/** Remembers an ending; the answer carries it out, once. */
export function onCleanup(end) {
  let ended
  const once = () => {
    ended ??= Promise.resolve()
      .then(end)
      .finally(() => pending.delete(once))
    return ended
  }
  pending.add(once)
  return once
}

/** Ends all there is, the last first. A failure to end one thing is told and keeps no other from ending. */
export async function cleanUp() {
  for (const end of [...pending].reverse()) {
    await end().catch((error) => console.error(`Not cleaned up: ${error.message}`))
  }
}
