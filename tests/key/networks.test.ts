import { describe, expect, test } from '@jest/globals'
import { bareAddress, neighbourhoodOf } from '../../src/key/address.js'
import { holdsAddress, isWithinNetworks, parseNetwork, parseNetworks } from '../../src/key/networks.js'

function holds(networks: string[], address: string | undefined): boolean {
  const parsed = parseNetworks(networks)
  if (parsed === null) throw new Error(`${networks} are no networks`)
  return holdsAddress(parsed, address)
}

describe('networks', () => {
  test.each<[networks: string[], address: string | undefined, holds: boolean]>([
    [['10.0.0.0/8'], '10.255.255.255', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['10.0.0.0/8'], '110.0.0.0', false],
    [['203.0.113.7'], '203.0.113.7', true],
    [['203.0.113.7'], '203.0.113.70', false],
    [['0.0.0.0/0'], '8.8.8.8', true],
    [['0.0.0.0/0'], '::1', false],
    [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
    [['127.0.0.0/8'], '::ffff:7f00:1', true],
    [['::ffff:127.0.0.0/104'], '127.0.0.1', true],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['2001:db8::/32'], '2001:0DB8:0:0::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['10.0.0.0/8', '::1'], '::1', true],
    [['10.0.0.0/8'], undefined, false],
    [['0.0.0.0/0', '::/0'], '', false],
    [['0.0.0.0/0', '::/0'], 'unknown', false],
    [['0.0.0.0/0', '::/0'], '10.0.0.1, 10.0.0.2', false],
    [['10.0.0.0/8'], '0x0a.0.0.1', false],
    [['10.0.0.0/8'], '012.0.0.1', false],
    [['10.0.0.0/8'], '10.1', false],
    [['10.0.0.0/8'], '167772161', false],
    [['10.0.0.0/8'], '::10.1.1.1', false],
    [['10.0.0.0/8'], '::ffff:0:10.1.1.1', false],
    [['10.0.0.0/8'], '::ffff:10.1.1.1', true],
    [['127.0.0.0/8'], '::ffff:0127.0.0.1', false],
    [['::/96'], '::10.1.1.1', true],
    [['64:ff9b::/96'], '64:ff9b::10.1.1.1', true],
    [['::10.1.1.1'], '::a01:101', true],
  ])('%j hold %j: %s', (networks, address, isHeld) => {
    expect(holds(networks, address)).toBe(isHeld)
  })

  test.each([
    ...[
      '',
      '0.0.0.0/x',
      '::/01',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/08',
      '10.0.0.0/8 ',
    ],
    ...['10.0.0.1/8', '2001:db8::1/32', '::/129', 'fe80::1%eth0', '10.0.0.*', '10.0.0.0-10.0.0.9'],
    ...[
      '256.0.0.1',
      '0x7f.0.0.1',
      '010.0.0.1',
      '10.1',
      'localhost',
      '10.0.0.0/255.0.0.0',
      '::ffff:1.2.3.4/80',
      '::ffff:0127.0.0.1',
      '::ffff:0x7f.0.0.1',
      '::01.2.3.4',
      '::1.2.3',
      '::1.2.3.4:5',
      '1:2:3:4:5:6:7:1.2.3.4',
      '1.2.3.4::',
    ],
    ...[null, undefined, 7, {}, ['10.0.0.0/8'], 'a'.repeat(100_000)],
  ])('are no %j', (text) => {
    expect(parseNetwork(text)).toBeNull()
  })

  test.each([[[]], [null], ['10.0.0.0/8'], [['10.0.0.0/8', 'nowhere']], [Array(51).fill('10.0.0.1')]])(
    'are no list such as %j',
    (value) => {
      expect(parseNetworks(value)).toBeNull()
    },
  )

  test('may be fifty', () => {
    expect(parseNetworks(Array(50).fill('10.0.0.1'))).toHaveLength(50)
  })

  test.each<[narrow: string[] | null, wide: string[] | null, isWithin: boolean]>([
    [['10.1.0.0/16'], ['10.0.0.0/8'], true],
    [['10.0.0.0/8'], ['10.0.0.0/8'], true],
    [['10.0.0.0/8'], ['10.0.0.0/16'], false],
    [['11.0.0.0/16'], ['10.0.0.0/8'], false],
    [['10.1.0.0/16', '::1'], ['10.0.0.0/8', '::/64'], true],
    [['10.1.0.0/16', '::1'], ['10.0.0.0/8'], false],
    [['10.0.0.0/8'], ['::ffff:0:0/96'], true],
    [['10.0.0.0/8'], ['::/0'], false],
    [['10.0.0.0/8'], null, true],
    [null, ['0.0.0.0/0', '::/0'], false],
    [null, null, true],
  ])('%j are within %j: %s', (narrow, wide, isWithin) => {
    const parse = (texts: string[] | null) => (texts === null ? null : parseNetworks(texts))

    expect(isWithinNetworks(parse(narrow), parse(wide))).toBe(isWithin)
  })
})

describe('an address as a proxy writes it', () => {
  test.each([
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4:5678', '1.2.3.4'],
    ['[2001:db8::1]:80', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:80', 'fe80::1'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['unknown', undefined],
    ['_hidden:80', undefined],
    ['', undefined],
    ['1.2.3.4:', undefined],
    ['[1.2.3.4', undefined],
    ['1.2.3.4, 5.6.7.8', undefined],
    [undefined, undefined],
  ])('%j is %j', (text, address) => {
    expect(bareAddress(text)).toBe(address)
  })
})

describe('whose failed attempts count together', () => {
  test.each([
    ['203.0.113.7', '203.0.113.8', false],
    ['2001:db8:0:1200::1', '2001:db8:0:12ff:ffff::2', true],
    ['2001:db8:0:1200::1', '2001:db8:0:1300::1', false],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['fe80::1%eth0', 'fe80::1%eth1', true],
    ['64:ff9b::203.0.113.7', '64:ff9b::203.0.113.8', false],
    ['64:ff9b::203.0.113.7', '64:ff9b::cb00:7107', true],
    ['64:ff9b::203.0.113.7', '203.0.113.7', true],
    ['64:ff9b:1::203.0.113.7', '64:ff9b:1::203.0.113.8', true],
  ])('%s and %s: %s', (one, other, isOne) => {
    expect(neighbourhoodOf(one) === neighbourhoodOf(other)).toBe(isOne)
  })
})
