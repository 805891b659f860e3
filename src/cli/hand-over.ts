import type { ApiKey } from '../key/api-key.js'
import type { IssuedKey } from '../keyring/issue.js'
import type { Keyring } from '../keyring/keyring.js'
import { CliFailure } from './failure.js'
import type { SecretPlace } from './secret-place.js'
import type { Shell } from './shell.js'
import { apiKeyJson, apiKeySheet } from './show/api-key.js'
import { printableJson } from './show/printable.js'
import { actor } from './with-keyring.js'

interface HandOver {
  readonly make: () => Promise<IssuedKey>
  /** Where it is made. */
  readonly keyring: Keyring
  readonly place: SecretPlace
  readonly asJson: boolean
  readonly shell: Shell
}

/** Makes a key and hands its secret over; where that fails, the key is revoked, for nobody could use it. */
export async function handOver({ make, keyring, place, asJson, shell }: HandOver): Promise<void> {
  const { apiKey, secret } = await make().catch((error: unknown) => {
    place.abandon()
    throw error
  })
  const record = apiKeyJson(apiKey, shell.nowMs())
  const isAlone = place.file !== undefined || !asJson
  await place.deliver(isAlone ? secret : printableJson({ apiKey: record, secret })).catch(async () => {
    throw await undo(keyring, apiKey)
  })
  if (!asJson) await shell.note(sheetWithAdvice(apiKey, place, shell))
  else if (place.file !== undefined) {
    // Whoever read this would have learnt the key's id from it, so it is no success, also when nobody reads any more.
    await shell.print(printableJson({ apiKey: record, secretFile: place.file })).catch(() => {
      throw recordLost(apiKey)
    })
  }
}

function recordLost({ id }: ApiKey): CliFailure {
  const sentence = `The key ${id} was made and its secret is in the file, but its record could not be printed.`
  return new CliFailure('failed', 'record_lost', sentence)
}

async function undo(keyring: Keyring, { tenantId, id }: ApiKey): Promise<CliFailure> {
  const reason = 'its secret could not be handed over'
  const end = await keyring.revoke({ tenantId, id, reason, actor }).then(
    () => `so the new key ${id} was revoked`,
    () => `and the new key ${id} could not be revoked: revoke it`,
  )
  return new CliFailure('failed', 'secret_lost', `The secret could not be handed over, ${end}.`)
}

function sheetWithAdvice(apiKey: ApiKey, { file }: SecretPlace, shell: Shell): string {
  const where =
    file === undefined ? 'The secret is shown this once.' : 'The secret stands in the file, and nowhere else.'
  return `${apiKeySheet(apiKey, shell.nowMs(), shell.notePaint)}\n\n${where}`
}
