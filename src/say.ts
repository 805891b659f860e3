/** Tells the person who runs the app a sentence. */
export type Say = (sentence: string) => void

export const sayOnStandardError: Say = (sentence) => {
  process.emitWarning(sentence, 'ExpressApiKeysWarning')
}

/** Each thing, by its name, is said once. */
export function createSayOnce(say: Say): (what: string, sentence: string) => void {
  const said = new Set<string>()
  return (what, sentence) => {
    if (said.has(what)) return
    said.add(what)
    say(sentence)
  }
}
