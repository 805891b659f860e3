import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { type ImportRow, readImportRow } from '../../../src/keyring/import/import-row.js'

const keyHash = createHash('sha256').update('an old key').digest('hex')
const row: ImportRow = { tenant_id: 't1', user_id: 'u1', prefix: 'sk_live_', hash: keyHash }
const read = (change: object) => readImportRow(7, { ...row, ...change }, 'ak')

const noTime =
  'must be a time with its zone, such as 2027-01-31T00:00:00Z, or a date, from 1970 to the year 9999'

describe('a line of an import', () => {
  test('needs an owner, a prefix and a hash, and nothing else', () => {
    expect(read({})).toEqual({
      line: 7,
      ...{ tenantId: 't1', userId: 'u1', name: 'imported', keyPrefix: 'sk_live_', keyHash },
      ...{ scopes: [], limits: null, allowedCidrs: null, expiresAt: null, createdAt: null },
    })
  })

  test('may have empty texts for what is not there', () => {
    const empty = {
      name: '',
      scopes: '',
      limits: '',
      allowed_cidrs: '',
      expires_at: '',
      created_at: '',
      secret: '',
    }

    expect(read(empty)).toEqual(read({}))
  })

  test.each([
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T10:00Z', '2027-01-31T10:00:00.000Z'],
    ['2027-01-31 10:00:00+00', '2027-01-31T10:00:00.000Z'],
    ['2027-01-31 10:00:00.123456+05:30', '2027-01-31T04:30:00.123Z'],
    ['2027-01-31T10:00:00-0330', '2027-01-31T13:30:00.000Z'],
    ['2027-01-31 10:00:00 Z', '2027-01-31T10:00:00.000Z'],
  ])('takes the time %s for %s', (text, iso) => {
    expect(read({ expires_at: text })).toMatchObject({ expiresAt: new Date(iso) })
    expect(read({ created_at: text })).toMatchObject({ createdAt: new Date(iso) })
  })

  test.each([
    '2027-01-31T10:00:00',
    '31.1.2027',
    'tomorrow',
    '2027-13-01',
    '1800000000000',
    1_800_000_000_000,
    true,
  ])('takes no time such as %j', (value) => {
    expect(read({ expires_at: value })).toEqual({
      line: 7,
      problem: expect.stringMatching(/^expires_at must be/),
    })
    expect(read({ created_at: value })).toEqual({
      line: 7,
      problem: expect.stringMatching(/^created_at must be/),
    })
  })

  test.each([
    ['orders:read orders:write'],
    ['orders:read,orders:write'],
    ['["orders:read", "orders:write"]'],
    [['orders:read', 'orders:write']],
  ])('takes the list %j', (scopes) => {
    expect(read({ scopes })).toMatchObject({ scopes: ['orders:read', 'orders:write'] })
  })

  test.each([
    ['scopes', '["orders:read"'],
    ['scopes', { 0: 'orders:read' }],
    ['scopes', 'Orders:Read!'],
    ['limits', '10/fortnight'],
    ['limits', 10],
    ['allowed_cidrs', '10.0.0.0/99'],
  ])('takes no %s such as %j', (column, value) => {
    expect(read({ [column]: value })).toEqual({
      line: 7,
      problem: expect.stringMatching(`^${column} must be`),
    })
  })

  test('takes ids that are numbers, of any size that JSON can tell', () => {
    expect(read({ tenant_id: 42, user_id: '9007199254740993' })).toMatchObject({
      tenantId: '42',
      userId: '9007199254740993',
    })
  })

  test.each([
    ['tenant_id', undefined],
    ['tenant_id', 1.5],
    ['user_id', ''],
    ['user_id', 2 ** 60],
    ['prefix', 's'],
    ['prefix', 'a'],
    ['prefix', 'ak'],
    ['prefix', 'ak_live_'],
    ['name', 'two\nlines'],
    ['hash', keyHash.slice(1)],
    ['hash', `${keyHash}0`],
    ['hash', 7],
  ])('is refused with a %s such as %j', (column, value) => {
    expect(read({ [column]: value })).toEqual({ line: 7, problem: expect.stringMatching(`^${column} `) })
  })

  test.each([
    ['groups of digits', '4829-1736-4019-5283-7465'],
    ['a date and a number', '2026-11-28-customer-001'],
    ['a UUID', '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01'],
  ])('is refused with a secret of %s, which is too weak', (_, body) => {
    expect(read({ hash: undefined, secret: `sk_live_${body}` })).toEqual({
      line: 7,
      problem: 'secret is too weak: after its prefix it cannot hold 128 bits',
    })
  })

  const secret = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'
  const noSecret =
    'secret must begin with its prefix, go on with 20 or more letters, digits and any of "._~+/-", and have at most 256 characters'

  test('may have its secret in place of a hash, which it is hashed to', () => {
    expect(read({ hash: undefined, secret })).toEqual(
      read({ hash: createHash('sha256').update(secret).digest('hex') }),
    )
  })

  test.each<[what: string, given: unknown]>([
    ['another prefix', `pk_live_${secret.slice(8)}`],
    ['its prefix in the middle', ` ${secret}`],
    ['too few characters', 'sk_live_4eC39HqLyjWDarjtT1z'],
    ['too many', `${secret}${'x'.repeat(250)}`],
    ['a space in it', `${secret} 4eC39HqLyjWDarjtT1zdp7dc`],
    ['no text', 7],
  ])('is refused with a secret of %s', (_, given) => {
    expect(read({ hash: undefined, secret: given })).toEqual({ line: 7, problem: noSecret })
  })

  test.each<[what: string, change: ImportRow, problem: string]>([
    [
      'no prefix',
      { prefix: '' },
      'prefix must be what the key begins with, such as "sk_live_": 2 to 32 letters, digits, "_" and "-"',
    ],
    [
      'a prefix of ours',
      { prefix: 'ak_' },
      'prefix must not overlap with "ak_", which keys of this package begin with',
    ],
    ['no hash', { hash: '' }, 'hash or secret must be given, and not both'],
    ['both', { secret }, 'hash or secret must be given, and not both'],
    ['half a hash', { hash: 'abcd' }, 'hash must be the SHA-256 of the whole key, as hex or as base64'],
    [
      'a broken list',
      { scopes: ' ["orders:read"' },
      'scopes must be words with spaces between them, or a list of JSON',
    ],
    ['a time that is none', { expires_at: 'soon' }, `expires_at ${noTime}`],
    ['a day that no calendar has', { expires_at: '2027-02-30' }, `expires_at ${noTime}`],
    ['a time before all times', { created_at: '1950-01-01' }, `created_at ${noTime}`],
    ['the year 0', { created_at: '0000-01-01T00:00:00Z' }, `created_at ${noTime}`],
    ['no owner', { tenant_id: undefined }, 'tenant_id must be a text or a number that is an id'],
  ])('is told what is wrong with %s', (_, change, problem) => {
    expect(read(change)).toEqual({ line: 7, problem })
  })

  test('may have spaces and commas around the words of a list', () => {
    expect(read({ scopes: ' orders:read,  orders:write ,' })).toEqual(
      read({ scopes: 'orders:read orders:write' }),
    )
  })

  test('may not hold its secret in a field that is kept', () => {
    expect(read({ hash: undefined, secret, name: `old ${secret}` })).toEqual({
      line: 7,
      problem: 'name must not hold a secret',
    })
  })

  const hashed = { hash: createHash('sha256').update(secret).digest('hex') }

  test.each<[what: string, column: string, change: ImportRow]>([
    ['its prefix', 'prefix', { ...hashed, prefix: secret }],
    ['its name', 'name', { ...hashed, name: secret }],
    ['its name, without its beginning', 'name', { ...hashed, name: secret.slice('sk_live_'.length) }],
    ['a word of its name', 'name', { ...hashed, name: `the\u00a0old ${secret} of CI` }],
    ['its name, in brackets', 'name', { ...hashed, name: `CI (${secret})` }],
    ['its name, at the end of a sentence', 'name', { ...hashed, name: `It was ${secret}.` }],
    ['its name, after a mark', 'name', { ...hashed, name: `key=${secret}, of old` }],
  ])(
    'may not hold the secret of its hash in %s, which is kept, and does not quote it',
    (_, column, change) => {
      expect(read(change)).toEqual({ line: 7, problem: `${column} must not hold a secret` })
    },
  )

  test('may have a hash in base64, whose secret it may not hold either', () => {
    const hash = Buffer.from(hashed.hash, 'hex').toString('base64')

    expect(read({ hash, name: secret })).toEqual({ line: 7, problem: 'name must not hold a secret' })
  })

  test('may hold words of any other kind', () => {
    expect(read({ ...hashed, name: 'CI (of old), key=none.' })).toMatchObject({
      name: 'CI (of old), key=none.',
    })
  })

  test('is refused with a field that is not known, without telling which', () => {
    expect(read({ sk_live_4eC39HqLyjWDarjtT1zdp7dc: '' })).toEqual({
      line: 7,
      problem:
        'has a field that is none of tenant_id, user_id, name, prefix, hash, secret, scopes, limits, allowed_cidrs, expires_at, created_at',
    })
  })
})
