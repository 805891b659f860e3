/** What has to be mended of a text that is no URL of PostgreSQL, without a piece of it. */
export function mendOfUrl(text: string): string {
  if (/^[\s"']/.test(text)) return 'must begin with postgresql://, without a quote or a space before it'
  if (!/^postgres(ql)?:\/\//i.test(text)) return 'must be a postgresql:// URL'
  return 'must have a number as its port, and percent-encode what is special in its user and password, such as a space, "/" or "@"'
}

export function isPostgresUrl(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text) && /^postgres(ql)?:\/\//i.test(text)
}
