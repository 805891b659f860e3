import type { SchemaFile } from './host-schema.js'
import type { BackRelation } from './models.js'

/** Adds fields at the end of models, and changes nothing else of a file. */
export function addFields(file: SchemaFile, relations: readonly BackRelation[]): string {
  const lines = file.text.split('\n')
  for (const model of new Set(relations.map(({ model }) => model))) {
    const at = endOfFields(lines, model)
    if (at === null) continue
    const added = relations.filter((relation) => relation.model === model)
    lines.splice(at, 0, ...added.map((relation) => alignedTo(lines[at - 1] ?? '', relation)))
  }
  return lines.join('\n')
}

/** With the columns of the field before it, as Prisma's formatter would have them. */
function alignedTo(neighbour: string, { name, type }: BackRelation): string {
  const [, indent = '  ', gap = ''] = /^(\s+)(\w+\s+)\S/.exec(neighbour) ?? []
  return `${indent}${name.padEnd(Math.max(gap.length - 1, name.length))} ${type}`
}

/** Where a model's fields end: before its `@@` lines and the blank line in front of them, or before its last line. */
function endOfFields(lines: readonly string[], model: string): number | null {
  const begin = lines.findIndex((line) => new RegExp(`^\\s*model\\s+${model}\\s*\\{`).test(line))
  if (begin === -1) return null
  const end = lines.findIndex((line, at) => at > begin && /^\s*(?:@@|\})/.test(line))
  if (end === -1) return null
  return lines[end - 1]?.trim() === '' ? end - 1 : end
}
