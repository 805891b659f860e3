import type { ApiKey } from '../key/api-key.js'
import type { IssuedKey } from '../keyring/issue.js'
import { CliFailure } from './failure.js'
import { SecretLost, type SecretPlace } from './secret-place.js'
import type { Shell } from './shell.js'
import { apiKeyJson, apiKeySheet } from './show/api-key.js'
import { printableJson } from './show/printable.js'

interface HandOver {
  readonly make: () => Promise<IssuedKey>
  /** Ends a key whose secret nobody has. */
  readonly undo: (apiKey: ApiKey) => Promise<unknown>
  readonly place: SecretPlace
  readonly asJson: boolean
  readonly shell: Shell
}

/** Makes a key and hands its secret over; where that fails, the key is revoked, for nobody could use it. */
export async function handOver({ make, undo, place, asJson, shell }: HandOver): Promise<void> {
  const { apiKey, secret } = await make().catch((error: unknown) => {
    place.abandon()
    throw error
  })
  const record = apiKeyJson(apiKey, shell.nowMs())
  const isAlone = place.file !== undefined || !asJson
  await place
    .deliver(isAlone ? secret : printableJson({ apiKey: record, secret }))
    .catch(async (error: unknown) => {
      if (!(error instanceof SecretLost)) throw error
      throw await lost(apiKey, undo)
    })
  if (!asJson) await shell.note(sheetWithAdvice(apiKey, place, shell))
  else if (place.file !== undefined) {
    await shell.print(printableJson({ apiKey: record, secretFile: place.file }))
  }
}

async function lost(apiKey: ApiKey, undo: HandOver['undo']): Promise<CliFailure> {
  const end = await undo(apiKey).then(
    () => `so the new key ${apiKey.id} was revoked`,
    () => `and the new key ${apiKey.id} could not be revoked: revoke it`,
  )
  return new CliFailure('failed', 'secret_lost', `The secret could not be handed over, ${end}.`)
}

function sheetWithAdvice(apiKey: ApiKey, { file }: SecretPlace, shell: Shell): string {
  const where =
    file === undefined ? 'The secret is shown this once.' : 'The secret stands in the file, and nowhere else.'
  return `${apiKeySheet(apiKey, shell.nowMs(), shell.notePaint)}\n\n${where}`
}
