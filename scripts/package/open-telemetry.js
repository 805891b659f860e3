import assert from 'node:assert/strict'
import { pinned } from './checkout.js'

const loading =
  "const { openTelemetry } = await import('express-api-keys/otel'); console.log(typeof openTelemetry)"

export async function checkOpenTelemetry({ check }, project) {
  const load = () => project.run(process.execPath, '--input-type=module', '--eval', loading)
  await check('without the API of OpenTelemetry, only its subpath does not load', () =>
    assert.rejects(load(), /Cannot find package '@opentelemetry\/api'/),
  )
  await check('the API of OpenTelemetry can be added', () => project.install(pinned('@opentelemetry/api')))
  await check('beside it, the subpath loads', async () => assert.equal(await load(), 'function\n'))
}
