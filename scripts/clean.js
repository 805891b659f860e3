// Removes build output, on every operating system alike. Usage: node scripts/clean.js dist
import { rmSync } from 'node:fs'

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true })
