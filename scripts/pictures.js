// Draws docs/pictures/*.dot as SVG beside them; with --check it writes nothing, and names what would change.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { instance } from '@viz-js/viz'

const folder = new URL('../docs/pictures/', import.meta.url)
const isCheck = process.argv.includes('--check')
const viz = await instance()

for (const name of readdirSync(folder).filter((file) => file.endsWith('.dot'))) {
  const svg = viz.renderString(readFileSync(new URL(name, folder), 'utf8'), { format: 'svg' })
  const file = new URL(name.replace(/dot$/, 'svg'), folder)
  const isDrawn = existsSync(file) && readFileSync(file, 'utf8') === svg
  if (isCheck && !isDrawn) console.log(`${name} is not what its picture shows: run "npm run pictures"`)
  if (!isCheck) writeFileSync(file, svg)
}
