import type { CounterKind, Observer } from '../events.js'
import { createSayOnce, type Say } from '../say.js'

/** What follows from it is the host's to choose, and stands in `limits.onCountersLost`. */
const sentences: Readonly<Record<CounterKind, string>> = {
  rates:
    'The counters of rate limits do not answer: see that they run. Until then "onCountersLost.rates" holds.',
  quotas:
    'The counters of quotas do not answer: see that they run. Until then "onCountersLost.quotas" holds.',
}

const HEAR_MORE = ' Pass "onEvent" to hear each time with its cause.'

function sentenceOf(unknown: readonly string[]): string {
  const held = unknown.map((scope) => `"${scope}"`).join(', ')
  return `Keys hold scopes that defineScopes() does not name: ${held}. Name them there, or update these keys.`
}

/** Without an observer, what a person has to mend is said on standard error, each thing once. */
export function warnOfTrouble(say: Say): Observer {
  const sayOnce = createSayOnce(say)
  return (event) => {
    if (event.type === 'counters_lost') sayOnce(event.counters, sentences[event.counters] + HEAR_MORE)
    if (event.type === 'unknown_scopes') sayOnce(event.scopes.join(), sentenceOf(event.scopes))
    if (event.type !== 'feed_changed' || event.mend === undefined) return
    const effect =
      event.feed === 'none'
        ? 'No answer of the database can be kept'
        : 'Changes are found by polling, not announced'
    sayOnce(event.why, `${effect}: ${event.why}. To mend it, ${event.mend}.`)
  }
}
