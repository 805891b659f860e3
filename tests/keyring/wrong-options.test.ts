import { afterEach, describe, expect, test } from '@jest/globals'
import { createKeyring, defineScopes, type KeyringOptions } from 'express-api-keys'
import { parseColumns } from '../../src/keyring/columns.js'
import { parseImported } from '../../src/keyring/imported-option.js'
import { parseScopes } from '../../src/keyring/scopes-option.js'
import { neededColumns } from '../../src/store/needed-columns.js'

const databaseUrl = 'postgresql://nobody@127.0.0.1:1/none'
// Nothing is asked of it.
const prisma = { apiKey: { findMany() {} } }

const environment = process.env.DATABASE_URL
afterEach(() => {
  if (environment === undefined) delete process.env.DATABASE_URL
  else process.env.DATABASE_URL = environment
})

const wrong = (owner: string, option: string, mend: string) =>
  expect.objectContaining({ code: 'invalid_option', message: `${owner}: option "${option}" ${mend}` })

describe('a wrong option of createKeyring', () => {
  const notOfSchema = 'must be the name of a schema, such as "public"'
  const noField = 'must be the name of a field, such as "organizationId"'
  const noSelect = 'must be like { tenant: { name: true }, user: { email: true } }'
  const withPrisma = 'goes with "prisma", the client whose models it names fields of'
  const noModel =
    'must be a Prisma client with the model ApiKey: run "npx express-api-keys init", which adds it to your schema, then "npx prisma generate"'
  const noBeginnings =
    'must be a list of at most 8 beginnings such as "sk_live_", each of 2 to 32 letters, digits, "_" and "-"'

  test.each<[option: string, options: Record<string, unknown>, mend: string]>([
    ['schema', { databaseUrl, schema: '' }, notOfSchema],
    ['schema', { databaseUrl, schema: 7 }, notOfSchema],
    ['schema', { prisma, schema: '' }, notOfSchema],
    ['databaseUrl', { databaseUrl: 'mysql://localhost/x' }, 'must be a postgresql:// URL'],
    ['databaseUrl', { prisma, databaseUrl: 'nonsense' }, 'must be a postgresql:// URL'],
    ['prisma', { prisma: {} }, noModel],
    ['prisma', { prisma: null }, noModel],
    ['prisma', { prisma: { apiKey: {} } }, noModel],
    ['tenantOfUser', { databaseUrl, tenantOfUser: 'orgId' }, withPrisma],
    ['select', { databaseUrl, select: {} }, withPrisma],
    ['select', { databaseUrl, select: {}, tenantOfUser: 'orgId' }, withPrisma],
    ['tenantOfUser', { prisma, tenantOfUser: '' }, noField],
    ['tenantOfUser', { prisma, tenantOfUser: 'org-id' }, noField],
    ['tenantOfUser', { prisma, tenantOfUser: ' orgId' }, noField],
    ['tenantOfUser', { prisma, tenantOfUser: 7 }, noField],
    ['select', { prisma, select: 'all' }, noSelect],
    ['select', { prisma, select: { tenants: { name: true } } }, noSelect],
    ['select', { prisma, select: { tenant: 'name' } }, noSelect],
    ['select', { prisma, select: { user: null } }, noSelect],
    ['select', { prisma, select: { user: () => {} } }, noSelect],
    ['select', { prisma, select: { tenant: { name: true }, user: { email: false } } }, noSelect],
    ['select', { prisma, select: { tenant: { name: true, id: 1 } } }, noSelect],
    ['imported', { databaseUrl, imported: 'sk_live_' }, noBeginnings],
    ['imported', { databaseUrl, imported: ['sk_live_', 's'] }, noBeginnings],
    ['imported', { databaseUrl, imported: Array(9).fill('sk_live_') }, noBeginnings],
    [
      'imported',
      { databaseUrl, imported: ['other_', 'ak_live_'] },
      'must not overlap with the prefix of the keyring’s own keys',
    ],
    [
      'imported',
      { databaseUrl, imported: ['sk_', 'other_', 'sk_live_'] },
      'must not hold beginnings that overlap',
    ],
    ['scopes', { databaseUrl, scopes: ['orders:read'] }, 'must be what defineScopes() returned'],
    ['scopes', { databaseUrl, scopes: { scopes: [] } }, 'must be what defineScopes() returned'],
    ['scopes', { databaseUrl, scopes: { scopes: 'orders' } }, 'must be what defineScopes() returned'],
    ['scopes', { databaseUrl, scopes: { scopes: ['a', 'B'] } }, 'must be what defineScopes() returned'],
    ['scopes', { databaseUrl, scopes: null }, 'must be what defineScopes() returned'],
  ])('names %s of %j, and the mend', (option, options, mend) => {
    expect(() => createKeyring(options as KeyringOptions)).toThrow(wrong('createKeyring', option, mend))
  })

  test.each([[undefined], ['']])('names what is missing where DATABASE_URL is %j', (value) => {
    if (value === undefined) delete process.env.DATABASE_URL
    else process.env.DATABASE_URL = value
    const mend =
      'is missing and the environment has no DATABASE_URL: set DATABASE_URL=postgresql://user:password@host:5432/database, or pass "prisma"'

    expect(() => createKeyring()).toThrow(wrong('createKeyring', 'databaseUrl', mend))
  })

  test('names the variable of the environment where that is wrong', () => {
    process.env.DATABASE_URL = 'mysql://localhost/x'

    expect(() => createKeyring()).toThrow(
      wrong('createKeyring', 'DATABASE_URL', 'must be a postgresql:// URL'),
    )
    // The client of the host may be of another kind than the environment's.
    expect(() => createKeyring({ prisma } as never)).not.toThrow()
  })
})

describe('options that are right', () => {
  test.each<[string, Parameters<typeof parseColumns>[0], ReturnType<typeof parseColumns>]>([
    ['none', {}, neededColumns('tenantId', {})],
    ['a field of users', { prisma, tenantOfUser: 'org_Id9' }, neededColumns('org_Id9', {})],
    ['no columns', { prisma, select: {} }, neededColumns('tenantId', {})],
    [
      'some columns',
      { prisma, select: { tenant: { name: true }, user: { email: true, id: true } } },
      neededColumns('tenantId', { tenant: { name: true }, user: { email: true, id: true } }),
    ],
  ])('ask for the columns of %s', (_, options, needed) => {
    expect(parseColumns(options)).toEqual(needed)
  })

  test('are beginnings of imported keys, each once', () => {
    const beginnings = Array.from({ length: 8 }, (_, n) => `sk${n + 10}_`)

    expect(parseImported('createKeyring', undefined, 'ak')).toEqual([])
    expect(parseImported('createKeyring', beginnings, 'ak')).toEqual(beginnings)
    expect(parseImported('createKeyring', ['sk_', 'sk_'], 'ak')).toEqual(['sk_'])
  })

  test('are scopes that defineScopes returned, or none', () => {
    expect(parseScopes('createKeyring', undefined)).toBeUndefined()
    expect(parseScopes('createKeyring', defineScopes(['orders:read']))?.has('orders:read')).toBe(true)
  })
})
