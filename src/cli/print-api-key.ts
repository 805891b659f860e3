import type { ApiKey } from '../key/api-key.js'
import type { Shell } from './shell.js'
import { apiKeyJson, apiKeySheet } from './show/api-key.js'
import { printableJson } from './show/printable.js'

/** One record, as text or as JSON. */
export async function printApiKey(apiKey: ApiKey, asJson: boolean, shell: Shell): Promise<void> {
  const nowMs = shell.nowMs()
  await shell.print(
    asJson ? printableJson({ apiKey: apiKeyJson(apiKey, nowMs) }) : apiKeySheet(apiKey, nowMs, shell.paint),
  )
}
