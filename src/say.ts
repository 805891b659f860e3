/** Tells the person who runs the app a sentence. */
export type Say = (sentence: string) => void

export const sayOnStandardError: Say = (sentence) => {
  process.emitWarning(sentence, 'ExpressApiKeysWarning')
}
