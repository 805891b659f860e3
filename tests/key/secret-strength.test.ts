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
    ['base64 for URLs', '0123456789xyzX-_', Math.log2(66)],
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
})
