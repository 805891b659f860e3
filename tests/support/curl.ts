/** Runs a curl command as documents print it, without curl and without a shell. */
export function runCurl(
  command: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const [program, ...words] = shellWords(command, variables)
  if (program !== 'curl') throw new Error(`not a curl command: ${program}`)
  const headers = new Headers()
  const init: RequestInit = { headers }
  let url = ''
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-i') continue
    if (word === '-X') init.method = words.shift() ?? ''
    else if (word === '-d') init.body = words.shift() ?? ''
    else if (word === '-H') {
      const [, name = '', value = ''] = /^([^:]+): (.*)$/.exec(words.shift() ?? '') ?? []
      headers.append(name, value)
    } else if (word.startsWith('-')) throw new Error(`unknown option: ${word}`)
    else url = word
  }
  return fetch(url, init)
}

/** Words apart, quotes off, variables filled in, lines that end in a backslash joined. */
function shellWords(command: string, variables: Readonly<Record<string, string>>): string[] {
  const fillIn = (text: string) =>
    text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
      const value = variables[name]
      if (value === undefined) throw new Error(`${name} has no value yet`)
      return value
    })
  const words = command.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)
  return Array.from(words, ([, single, double, bare]) => single ?? fillIn(double ?? bare ?? ''))
}
