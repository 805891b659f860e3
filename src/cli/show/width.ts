// How many columns of a terminal a text takes. JavaScript knows no East Asian width; these come close enough to
// keep a table straight.
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u
const joined = /^[\p{Mn}\p{Me}]$/u
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

export function widthOf(text: string): number {
  return [...graphemes.segment(text)].reduce((sum, { segment }) => sum + widthOfGrapheme(segment), 0)
}

function widthOfGrapheme(segment: string): number {
  if (wide.test(segment)) return 2
  return joined.test(segment) ? 0 : 1
}

/** Cut to a width, with an ellipsis where something was cut off. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    used += widthOfGrapheme(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
