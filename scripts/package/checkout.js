import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))

/** What `npm install` is told for a package in the version that is tested here; an alias names its own. */
export function pinned(name) {
  const version = manifest.devDependencies[name]
  return version.startsWith('npm:') ? version.slice('npm:'.length) : `${name}@${version}`
}
