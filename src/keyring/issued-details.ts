import type { ApiKey } from '../key/api-key.js'
import { recorded } from '../key/audit-event.js'
import type { Host } from '../key/host.js'
import type { JsonObject } from '../key/json.js'

type Told = Pick<
  ApiKey<Host>,
  'name' | 'keyPrefix' | 'userId' | 'scopes' | 'limits' | 'allowedCidrs' | 'expiresAt'
>

/** What the trail tells of a key that was made, for who reads it after the key is gone. */
export function issuedDetails(apiKey: Told): JsonObject {
  const { name, keyPrefix, userId, scopes, limits, allowedCidrs, expiresAt } = apiKey
  return {
    ...{ name, keyPrefix, userId: String(userId), scopes },
    ...(limits === null ? {} : { limits }),
    ...(allowedCidrs === null ? {} : { allowedCidrs }),
    expiresAt: recorded(expiresAt),
  }
}
