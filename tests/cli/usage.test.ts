import { describe, expect, test } from '@jest/globals'
import { commandLine } from '../support/command-line.js'
import { freePort } from '../support/example.js'

// None of these may get as far as a database.
const run = commandLine(() => 'postgresql://nobody:hunter2@127.0.0.1:1/nothing')
const id = '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01'
const issue = ['issue', '--tenant', id, '--user', id, '--name', 'CI']

const verbs = [
  'issue',
  'list',
  'show',
  'rotate',
  'update',
  'revoke',
  'events',
  'prune',
  'inspect',
  'usage',
  'import',
  'init',
  'doctor',
  'migrate',
]

describe('help', () => {
  test('lists every verb and every exit code, on standard output', async () => {
    const { exitCode, stdout, stderr } = await run(['--help'])

    expect(exitCode).toBe(0)
    expect(stderr).toBe('')
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'))
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(stdout).toMatch(new RegExp(`^  ${code} +\\S`, 'm'))
  })

  test.each(verbs)('of %s has examples, and flags that exist', async (verb) => {
    const { exitCode, stdout } = await run([verb, '--help'])

    const [options = '', examples = ''] = stdout.split('Examples:')
    const used = [...examples.matchAll(/--[a-z-]+/g)].map(([flag]) => flag)
    expect(exitCode).toBe(0)
    expect(examples).toContain(`$ express-api-keys ${verb}`)
    expect(used.filter((flag) => !options.includes(flag) && !examples.includes(`gh secret`))).toEqual([])
  })

  test('is printed, as wrong usage, when no verb is given', async () => {
    const { exitCode, stdout, stderr } = await run([])

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain('Usage: express-api-keys')
  })

  test('tells the version of the package', async () => {
    const { stdout } = await run(['--version'])

    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('the help of a verb', () => {
  test('begins with what it cannot do without', async () => {
    const { stdout } = await run(['help', 'rotate'])

    expect(stdout).toMatch(/^Usage: express-api-keys rotate <ID> --tenant <id> \[options\]\n/)
  })
})

describe('wrong usage ends with 2, and one sentence on standard error', () => {
  test.each<[what: string, args: string[], sentence: RegExp]>([
    ['an unknown verb', ['isue'], /^unknown command 'isue'\n\(Did you mean issue\?\)\n$/],
    [
      'an unknown flag',
      ['list', '--tenant', id, '--tenent', id],
      /^unknown option '--tenent'\n\(Did you mean --tenant\?\)\n$/,
    ],
    ['no tenant', ['list'], /^required option '--tenant <id>' not specified\n$/],
    [
      'no user and no name',
      ['issue', '--tenant', id],
      /^required options '--user <id>', '--name <text>' not specified\n$/,
    ],
    [
      'a flag without its value, before another',
      ['list', '--tenant', id, '--text', '--status'],
      /^--text needs a value, and a flag comes after it\.\n$/,
    ],
    [
      'a list without its values, before another flag',
      [...issue, '--scope', '--expires', '90d'],
      /^--scope needs a value, and a flag comes after it\.\n$/,
    ],
    [
      'a flag without its value, at the end',
      ['list', '--tenant'],
      /^option '--tenant <id>' argument missing\n$/,
    ],
    ['no key', ['revoke', '--tenant', id], /^missing required argument 'ID'\n$/],
    [
      'a key after scopes',
      ['update', '--tenant', id, '--scope', 'orders:read', id],
      /^missing required argument 'ID'\nName it first: flags that take several values take all that follows\.\n$/,
    ],
    ['two keys', ['revoke', id, id, '--tenant', id], /^too many arguments for 'revoke'/],
    ['an empty tenant', ['list', '--tenant', ''], /^--tenant must be an id\.\n$/],
    ['a key that is no UUID', ['show', 'CI', '--tenant', id], /^ID must be a UUID\.\n$/],
    ['an empty name', [...issue, '--name', ' '], /^--name must be a text, and not an empty one\.\n$/],
    ['a scope that is none', [...issue, '--scope', 'orders read'], /^--scope must be a scope such as/],
    ['an expiry that is none', [...issue, '--expires', 'soon'], /^--expires must be a time from now such as/],
    ['a day that does not exist', [...issue, '--expires', '2027-02-30'], /^--expires must be/],
    ['a prefix that is none', [...issue, '--prefix', 'AK-'], /^--prefix must be like ak/],
    ['a limit of nothing', ['list', '--tenant', id, '--limit', '0'], /^--limit must be a whole number/],
    ['a limit with a tail', ['list', '--tenant', id, '--limit', '5x'], /^--limit must be a whole number/],
    ['a status that is none', ['list', '--tenant', id, '--status', 'dead'], /^--status must be "active" or/],
    [
      'a grace that is none',
      ['rotate', id, '--tenant', id, '--grace', '1'],
      /^--grace must be a time of 1s or more, such as/,
    ],
    [
      'a deadline without its start',
      ['rotate', id, '--tenant', id, '--grace', '1h', '--deadline', '7d'],
      /^--deadline goes with --grace-from first-use only\.\n$/,
    ],
    [
      'a start without a grace',
      ['rotate', id, '--tenant', id, '--grace-from', 'first-use'],
      /^--grace-from first-use needs --grace/,
    ],
    ['nothing to update', ['update', id, '--tenant', id], /^Nothing to change/],
    [
      'scopes and none at once',
      ['update', id, '--tenant', id, '--scope', 'a', '--without-scopes'],
      /^--scope and --without-scopes exclude each other\.\n$/,
    ],
    ['pruning without an age', ['prune', '--tenant', id], /^required option '--older-than <time>'/],
    [
      'a file in a folder that is none',
      [...issue, '--secret-file', '/nowhere/at/all'],
      /^The folder of --secret-file does not exist\.\n$/,
    ],
  ])('for %s', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await run(args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
  })

  test.each([
    ['of another system', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
    ['with digits alone', '4829173640195283746'],
    ['of letters alone', 'correcthorsebatterystaple'],
    ['of several lines', 'issue\nsk_live_4eC39HqLyjWDarjtT1zdp7dc'],
    ['with a quote', "issue' sk_live_4eC39HqLyjWDarjtT1zdp7dc"],
  ])('for a key %s in place of a verb, without repeating it', async (_, key) => {
    const ends = [await run([key]), await run([key, '--json'])]

    const sentence = 'unknown command: "express-api-keys help" tells which there are'
    expect(ends.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
      ends.map(() => ({ exitCode: 2, stdout: '' })),
    )
    expect(ends[0]?.stderr).toBe(`${sentence}\n`)
    expect(JSON.parse(String(ends[1]?.stderr))).toEqual({ error: { code: 'usage', message: sentence } })
  })

  test.each([
    ['is not set', undefined, /^DATABASE_URL is not set: set it to postgresql:/],
    ['is empty', '', /^DATABASE_URL is not set: set it to postgresql:/],
    [
      'is of another kind',
      'prisma+postgres://h/?api_key=hunter2',
      /^DATABASE_URL must be a postgresql:\/\/ URL\.\n$/,
    ],
    ['lacks its slashes', 'postgres:hunter2@127.0.0.1/x', /^DATABASE_URL must be a postgresql:\/\/ URL\.\n$/],
    [
      'is in quotes',
      '"postgresql://a:hunter2@h/x"',
      /^DATABASE_URL must begin with postgresql:\/\/, without a quote or a space before it\.\n$/,
    ],
    [
      'has a port that is none',
      'postgresql://a:hunter2@h:54x/x',
      /^DATABASE_URL must have a number as its port/,
    ],
    ['is no URL', 'hunter2', /^DATABASE_URL must be a postgresql:\/\/ URL\.\n$/],
  ])('when DATABASE_URL %s', async (_, url, sentence) => {
    const { exitCode, stdout, stderr } = await run(['list', '--tenant', id], { env: { DATABASE_URL: url } })

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(stderr).not.toContain('hunter2')
  })

  test('as JSON, when JSON was asked for', async () => {
    const { stdout, stderr } = await run(['show', 'CI', '--tenant', id, '--json'])

    expect(stdout).toBe('')
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'usage', message: 'ID must be a UUID.' } })
  })
})

describe('a secret on the command line', () => {
  const secret = `ak_${'0123456789'.repeat(4)}abcdefghi`

  test.each<[where: string, args: string[]]>([
    ['as what to inspect', ['inspect', secret]],
    ['as a key', ['revoke', secret, '--tenant', id]],
    ['as a value', ['list', '--tenant', id, '--text', secret]],
    ['behind an equals sign', ['list', '--tenant', id, `--text=${secret}`]],
    ['in a longer text', [...issue, '--name', `was ${secret}!`]],
    ['with another prefix', ['inspect', secret.replace('ak_', 'acme_live_')]],
    ['cut short', ['inspect', secret.slice(0, -2)]],
    ['as a verb', [secret]],
  ])('is refused %s, said to be in the history, and not repeated', async (_, args) => {
    const { exitCode, stdout, stderr } = await run(args)

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/history of your shell: revoke that key/)
    expect(stderr).not.toContain('0123456789')
  })
})

describe('a key of another system on the command line', () => {
  const secret = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'

  test.each<[where: string, args: string[], sentence: string]>([
    ['after a flag that is none', ['inspect', `--key=${secret}`], "unknown option '--key'"],
    ['after a short flag', ['inspect', `-s=${secret}`], "unknown option '-s'"],
    ['as a flag', ['list', `--${secret}`], "unknown option '--sk'"],
    [
      'as what to inspect',
      ['inspect', secret],
      'inspect takes no argument: a key is read from standard input, which no history keeps.',
    ],
    [
      'as what to be helped with',
      ['help', secret],
      'unknown command: "express-api-keys help" tells which there are',
    ],
  ])('is not repeated %s', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await run(args)

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `${sentence}\n` })
  })
})

describe('a database that cannot be reached', () => {
  test.each<[verb: string, args: string[]]>([
    ['issue', issue],
    ['list', ['list', '--tenant', id]],
    ['rotate', ['rotate', id, '--tenant', id]],
    ['revoke', ['revoke', id, '--tenant', id]],
    ['prune', ['prune', '--tenant', id, '--older-than', '1d', '--yes']],
    ['migrate', ['migrate']],
  ])('ends %s with 5 and one sentence that names neither host nor password', async (_, args) => {
    const port = await freePort()
    const DATABASE_URL = `postgresql://nobody:hunter2@127.0.0.1:${port}/nothing`

    const { exitCode, stdout, stderr } = await run(args, { env: { DATABASE_URL } })

    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
    expect(stderr).toBe('The database cannot be reached: see that it runs, and that its URL is right.\n')
  })
})
