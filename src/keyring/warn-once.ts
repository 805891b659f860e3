import type { Observer } from '../events.js'

/** Without an observer, what a person has to mend is said on standard error, each thing once. */
export function warnOnce(): Observer {
  const said = new Set<string>()
  return (event) => {
    if (event.type !== 'feed_changed' || event.mend === undefined || said.has(event.why)) return
    said.add(event.why)
    const effect =
      event.feed === 'none'
        ? 'Every request asks the database, for no answer can be kept'
        : 'Changes are found by polling, not announced'
    process.emitWarning(`${effect}: ${event.why}. To mend it, ${event.mend}.`, 'ExpressApiKeysWarning')
  }
}
