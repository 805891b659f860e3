import { describe, expect, test } from '@jest/globals'
import { mostBits } from '../../src/key/secret-strength.js'

describe('the bits that a text can hold', () => {
  test.each([
    ['digits', '0123456789', Math.log2(10)],
    ['hex', '0123456789abcdef', 4],
    ['hex in capitals', '0123456789ABCDEF', 4],
    ['small letters', 'abcdefghijkl', Math.log2(26)],
    ['capitals', 'QRSTUVWXYZ', Math.log2(26)],
    ['small letters and digits', '0123456789xyz', Math.log2(36)],
    ['capitals and digits', '0123456789XYZ', Math.log2(36)],
    ['hex of both cases', '0123456789abcDEF', Math.log2(62)],
    ['base62', '0123456789xyzXYZ', Math.log2(62)],
    ['base64 for URLs', '0123456789xyzX-_', Math.log2(62)],
    ['base64', '0123456789xyzX+/', Math.log2(62)],
  ])('are, of %s, those of its alphabet for each character', (_, text, bits) => {
    expect(mostBits(text)).toBeCloseTo(text.length * bits, 9)
  })

  test.each([
    ['', 0],
    ['a'.repeat(100), 0],
    ['abcdefg'.repeat(20), 0],
    ['abcdefgh'.repeat(2), 16 * Math.log2(26)],
  ])('are none where too few characters differ: %j', (text, bits) => {
    expect(mostBits(text)).toBeCloseTo(bits, 9)
  })

  test.each<[what: string, text: string, marked: string]>([
    ['groups of digits', '48291736401952837465', '4829-1736-4019-5283-7465'],
    ['a date and a number', '20261128customer001', '2026-11-28-customer-001'],
    ['groups of hex', '00112233445566778899aabbcc', '00-11-22-33-44-55-66-77-88-99-aa-bb-cc'],
    ['words', 'correcthorsebatterystaple', 'correct_horse_battery_staple'],
    ['digits and one point', '0123456789012345678901234567', '01234567890123.45678901234567'],
    ['digits and their padding', '01234567890123456789', '01234567890123456789=='],
    ['base62 and what base64 has not', '0123456789xyzXYZ', '01234567.89xyz~XYZ'],
    ['base62 and marks of either base64', '0123456789uvwxyzXYZ', '0123456789-uvwxyz/XYZ'],
    ['base62 and more marks than base64 has', 'Customer20261128A01', 'Customer-2026-11-28-A01'],
    ['too few characters', '0123456', '0-1_2.3~4+5/6'],
  ])('are those of %s, whatever marks stand between', (_, text, marked) => {
    expect(mostBits(marked)).toBeCloseTo(mostBits(text), 9)
    expect(mostBits(marked)).toBeLessThan(128)
  })

  test.each([
    '6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01',
    '6F1C2B1E-5A44-4A53-9A55-0D8B3C1F7A01',
    '_6f1c2b1e-5a44-4a53-9a55-0d8b3c1f7a01=',
  ])('are, of the UUID %s, those that its form leaves to chance', (uuid) => {
    expect(mostBits(uuid)).toBe(122)
  })

  test.each([
    ['aB3dE5fG7hJ9kL1mN0pQ2r', 'none'],
    ['aB3dE5fG7hJ9kL1mN0pQ2-', 'one'],
    ['-B3dE5fG7h_9kL1mN0pQ2-', 'three'],
    ['+B3dE5fG7h/9kL1mN0pQ2r==', 'two, and padding'],
  ])('are 128 and more of 16 random bytes in base64: %s, of which %s is a mark', (text) => {
    expect(mostBits(text)).toBeGreaterThan(128)
  })
})
