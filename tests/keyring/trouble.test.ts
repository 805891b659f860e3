import { describe, expect, test } from '@jest/globals'
import { NeedsMending } from '../../src/epoch.js'
import { Refusal } from '../../src/errors.js'
import { type Trouble, toldOf, toldOfFailure, troubleBehind } from '../../src/keyring/trouble.js'

const coded = (code: string) => Object.assign(new Error('db.internal:5432 as admin'), { code })
const failed = (cause: unknown) => new Refusal('store_failed', {}, cause)

describe('the trouble behind an error', () => {
  test.each<[error: unknown, trouble: Trouble]>([
    [failed(coded('ECONNREFUSED')), 'unreachable'],
    [failed(coded('42P01')), 'no_tables'],
    [failed(coded('42501')), 'no_rights'],
    [failed(coded('25006')), 'replica'],
    [failed(coded('53300')), 'too_busy'],
    [failed(coded('28P01')), 'access_denied'],
    [failed(coded('3D000')), 'no_database'],
    [failed(new Error('whatever')), 'unknown'],
    [new Refusal('store_timeout', {}, coded('ECONNREFUSED')), 'timeout'],
    [new Refusal('corrupt_record', {}, coded('ECONNREFUSED')), 'corrupt_record'],
    [coded('ECONNREFUSED'), 'unknown'],
    ['a text', 'unknown'],
    [undefined, 'unknown'],
  ])('%j is %s', (error, trouble) => {
    expect(troubleBehind(error)).toBe(trouble)
  })
})

describe('what is told of a trouble', () => {
  test.each<[trouble: Trouble, told: { why: string; mend?: string }]>([
    [
      'unreachable',
      { why: 'the database cannot be reached', mend: 'see that it runs, and that its URL is right' },
    ],
    ['timeout', { why: 'the database did not answer in time' }],
    [
      'access_denied',
      {
        why: 'the database refuses the connection',
        mend: 'see that its URL is set, with the right user and password',
      },
    ],
    ['no_database', { why: 'the server has no database of this name', mend: 'see that its URL is right' }],
    [
      'tls_failed',
      { why: 'no TLS connection to the database can be made', mend: 'see that sslmode in its URL is right' },
    ],
    [
      'too_busy',
      { why: 'the database takes no more connections', mend: 'raise its limit, or make pools smaller' },
    ],
    [
      'no_tables',
      {
        why: 'the tables are missing, or older than this package',
        mend: 'run "npx express-api-keys doctor" to see what to do',
      },
    ],
    [
      'no_rights',
      {
        why: 'the database user lacks a right on the tables',
        mend: 'grant it the rights that the application needs',
      },
    ],
    ['replica', { why: 'the database is a read replica', mend: 'connect to the primary' }],
    [
      'corrupt_record',
      { why: 'the row of a key is corrupt', mend: 'mend its scopes or its times, or revoke it' },
    ],
    [
      'unknown',
      { why: 'the database failed', mend: 'run "npx express-api-keys doctor" to see what it lacks' },
    ],
  ])('%s has its sentence and its mend', (trouble, told) => {
    expect(toldOf(trouble)).toEqual(told)
  })

  test('is its own where a person must mend it, and never the text of a cause', () => {
    const lasting = failed(new NeedsMending('a table is gone', 'make it'))

    expect(toldOfFailure(lasting)).toEqual({ why: 'a table is gone', mend: 'make it' })
    expect(JSON.stringify(toldOfFailure(failed(coded('ECONNREFUSED'))))).not.toMatch(/internal|admin/)
  })
})
