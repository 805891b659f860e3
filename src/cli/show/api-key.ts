import type { ApiKey } from '../../key/api-key.js'
import { type KeyStatus, keyStatus } from '../../key/status.js'
import type { Colour, Paint } from './colour.js'
import { fullTime, relativeTime } from './relative-time.js'
import { type Cell, type Column, sheetOf } from './table.js'

const statusColours = { active: 'green', expired: 'yellow', revoked: 'red' } as const satisfies Record<
  KeyStatus,
  Colour
>

const NAME_WIDTH = 32
const SCOPES_WIDTH = 40

/** A record as `--json` prints it: every field of it, and what it amounts to now. */
export function apiKeyJson(apiKey: ApiKey, nowMs: number) {
  return { ...apiKey, status: keyStatus(apiKey, nowMs) }
}

export function apiKeyColumns(nowMs: number): readonly Column<ApiKey>[] {
  return [
    { title: 'ID', cell: ({ id }) => ({ text: id }) },
    { title: 'NAME', maxWidth: NAME_WIDTH, cell: ({ name }) => ({ text: name }) },
    { title: 'PREFIX', cell: ({ keyPrefix }) => ({ text: keyPrefix }) },
    { title: 'STATUS', cell: (apiKey) => statusCell(apiKey, nowMs) },
    { title: 'SCOPES', maxWidth: SCOPES_WIDTH, cell: scopesCell },
    { title: 'EXPIRES', cell: ({ expiresAt }) => timeCell(expiresAt, nowMs, relativeTime) },
    { title: 'LAST USED', cell: ({ lastUsedAt }) => timeCell(lastUsedAt, nowMs, relativeTime) },
    { title: 'CREATED', cell: ({ createdAt }) => timeCell(createdAt, nowMs, relativeTime) },
  ]
}

export function apiKeySheet(apiKey: ApiKey, nowMs: number, paint: Paint): string {
  const { id, tenantId, userId, name, keyPrefix, version, rotatedFromId, rotatedAt, revokedAt } = apiKey
  const { limits, allowedCidrs } = apiKey
  const onlyWhenSet = (title: string, cell: Cell | null) => (cell === null ? [] : [[title, cell] as const])
  const metadata = JSON.stringify(apiKey.metadata)
  return sheetOf(
    [
      ['id', { text: id }],
      ['name', { text: name }],
      ['key prefix', { text: keyPrefix }],
      ['status', statusCell(apiKey, nowMs)],
      ['scopes', scopesCell(apiKey)],
      ...onlyWhenSet('limits', limits && { text: limits.join(' ') }),
      ...onlyWhenSet('allowed from', allowedCidrs && { text: allowedCidrs.join(' ') }),
      ['tenant', { text: tenantId }],
      ['user', { text: userId }],
      ['created', timeCell(apiKey.createdAt, nowMs, fullTime)],
      ['expires', timeCell(apiKey.expiresAt, nowMs, fullTime)],
      ['last used', timeCell(apiKey.lastUsedAt, nowMs, fullTime)],
      ...onlyWhenSet('rotated', rotatedAt && timeCell(rotatedAt, nowMs, fullTime)),
      ...onlyWhenSet('successor of', rotatedFromId === null ? null : { text: rotatedFromId }),
      ...onlyWhenSet('revoked', revokedAt && timeCell(revokedAt, nowMs, fullTime)),
      ...onlyWhenSet('reason', apiKey.revokedReason === null ? null : { text: apiKey.revokedReason }),
      ...onlyWhenSet('metadata', metadata === '{}' ? null : { text: metadata }),
      ['version', { text: String(version) }],
    ],
    paint,
  )
}

function statusCell(apiKey: ApiKey, nowMs: number): Cell {
  const status = keyStatus(apiKey, nowMs)
  return { text: status, colour: statusColours[status] }
}

/** None at all is worth a word: such a key passes no guard. */
function scopesCell({ scopes }: ApiKey): Cell {
  return scopes.length === 0 ? { text: 'none', colour: 'dim' } : { text: scopes.join(' ') }
}

function timeCell(time: Date | null, nowMs: number, inWords: (time: Date, nowMs: number) => string): Cell {
  return time === null ? { text: 'never', colour: 'dim' } : { text: inWords(time, nowMs) }
}
