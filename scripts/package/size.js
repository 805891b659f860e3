import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a host gets with the package that had nothing of it: without Express, which is its own. */
export async function tellSize({ check, tell }, project, tarball) {
  await check('it installs where no install script may run', () =>
    project.install('--ignore-scripts', '--legacy-peer-deps', tarball),
  )
  const installed = join(project.folder, 'node_modules')
  const { packages } = JSON.parse(readFileSync(join(installed, '.package-lock.json'), 'utf8'))
  const bytes = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  tell(`it brings ${Object.keys(packages).length - 1} packages`)
  tell(`with them it takes ${(bytes / 1e6).toFixed(1)} MB, its tarball ${statSync(tarball).size / 1e6} MB`)
}
