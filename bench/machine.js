import { cpus } from 'node:os'
import { serverVersion } from './database.js'

export async function describeMachine() {
  const cores = cpus()
  return {
    date: new Date().toISOString(),
    node: process.version,
    postgres: await serverVersion(),
    cpu: cores[0].model,
    cores: cores.length,
  }
}
