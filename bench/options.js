import { parseArgs } from 'node:util'

/** The parts in the order in which they run; `scale` only when asked for. */
export const partNames = ['http', 'in-process', 'memory', 'revocation', 'scale']

export const usage = `Usage: npm run bench -- [options]
  --quick          fewer and shorter rounds, within a minute; rough figures
  --only PART      one part (repeatable): ${partNames.join(', ')}
  --scale          also cold look-ups among 1,000,000 keys; --scale=10m among 10,000,000
  --json FILE      writes every figure to FILE
DATABASE_URL names the server, REDIS_URL a Redis for one row more; the databases used are made for the run and dropped after it.`

/**
 * @typedef {object} Options
 * @property {boolean} quick
 * @property {string[]} parts
 * @property {number} scaleKeys
 * @property {string | undefined} json
 */

/** @returns {Options} */
export function parseOptions(args) {
  // `--scale` alone has no value, and parseArgs knows no optional ones.
  const tenMillion = args.includes('--scale=10m')
  const { values } = parseArgs({
    args: args.map((arg) => (arg === '--scale=10m' ? '--scale' : arg)),
    options: {
      quick: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  for (const name of values.only) {
    if (!partNames.includes(name)) throw new TypeError(`There is no part "${name}".`)
  }
  const wanted = values.only.length > 0 ? values.only : partNames.filter((name) => name !== 'scale')
  const parts = partNames.filter((name) => wanted.includes(name) || (name === 'scale' && values.scale))
  return {
    quick: values.quick,
    parts,
    scaleKeys: tenMillion ? 10_000_000 : values.quick ? 100_000 : 1_000_000,
    json: values.json,
  }
}
