import type { ClientEpochSource, EpochListenerEvents, ListenForEpoch } from '../../src/epoch.js'
import { announced, reading } from './positions.js'

/** A database in memory, as a keyring's client and its listeners see it: every step is announced at once. */
export interface MemoryEpoch {
  readonly client: ClientEpochSource
  readonly listen: ListenForEpoch
  /** Commits a change of these keys. */
  step(keyHashes?: readonly string[] | null): void
  /** Has every listener hear a text that is no step. */
  say(text: string): void
  /** Ends every connection of a listener from outside. */
  cut(): void
  listeners(): number
  /** How often a listener has connected. */
  connected(): number
}

export function memoryEpoch(firstStep = 1): MemoryEpoch {
  let steps = firstStep
  let connected = 0
  const listeners = new Set<EpochListenerEvents>()
  const readEpoch = async () => reading(steps, Date.now())
  const say = (text: string) => {
    for (const { onOther } of listeners) onOther(text)
  }
  const end = (events: EpochListenerEvents) => {
    if (listeners.delete(events)) events.onLost()
  }
  return {
    client: { readEpoch, announce: async (_channel, text) => say(text) },
    async listen(events) {
      connected += 1
      listeners.add(events)
      return { channel: 'keys', readEpoch, close: () => end(events) }
    },
    step(keyHashes = ['changed']) {
      steps += 1
      for (const { onStep } of listeners) onStep(announced(steps, keyHashes))
    },
    say,
    cut: () => [...listeners].forEach(end),
    listeners: () => listeners.size,
    connected: () => connected,
  }
}
