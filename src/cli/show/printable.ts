// A name comes from whoever made the key, and a terminal obeys what it is sent: it can be told to rewrite lines, to
// change its title, to answer as if a person had typed. Nothing of the kind is passed on.

// Controls, formats (among them those that turn the direction of writing), separators of lines, unpaired surrogates.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** The text with everything that a terminal could obey written out: `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(unprintable, writtenOut)
}

/** The same of a text of several lines: the breaks between them stay, and so do tabs. */
export function printableLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(unprintable, (character) => (/[\n\t]/.test(character) ? character : writtenOut(character)))
}

function writtenOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** JSON with the same characters escaped as JSON does; they stand in strings only, so it stays the same value. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(unprintable, (character) =>
    character === '\n' ? character : escapeUnits(character),
  )
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}
