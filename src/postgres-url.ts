export function isPostgresUrl(text: string | undefined): text is string {
  return text !== undefined && URL.canParse(text) && /^postgres(ql)?:\/\//i.test(text)
}
