import prismaSchema from '@prisma/prisma-schema-wasm'
import { z } from 'zod'
import { usageFailure } from '../failure.js'

/** A file of a Prisma schema: where it is, and what is in it. */
export interface SchemaFile {
  readonly path: string
  readonly text: string
}

const field = z
  .object({
    name: z.string(),
    kind: z.string(),
    type: z.string(),
    /** Such as `["VarChar", ["30"]]`, for `@db.VarChar(30)`. */
    nativeType: z.tuple([z.string(), z.array(z.string())]).nullish(),
    dbName: z.string().nullish(),
    isId: z.boolean(),
    isList: z.boolean(),
    /** The fields of this model, and of the other one, that a relation joins. */
    relationFromFields: z.array(z.string()).default([]),
    relationToFields: z.array(z.string()).default([]),
  })
  .transform(({ dbName, ...rest }) => ({ ...rest, column: dbName ?? rest.name }))

const model = z
  .object({
    name: z.string(),
    dbName: z.string().nullish(),
    schema: z.string().nullish(),
    fields: z.array(field),
  })
  .transform(({ dbName, ...rest }) => ({ ...rest, table: dbName ?? rest.name }))

const dmmf = z.object({ datamodel: z.object({ models: z.array(model) }) })
const config = z.object({
  config: z.object({ datasources: z.array(z.object({ activeProvider: z.string() })) }),
})

export type HostField = z.output<typeof field>
export type HostModel = z.output<typeof model>

/** The models of a schema as Prisma itself reads them. Throws a usage failure with Prisma's own words. */
export function readHostSchema(files: readonly SchemaFile[]): readonly HostModel[] {
  requirePostgres(files)
  const parsed = ask(() => prismaSchema.get_dmmf(JSON.stringify({ ...schemaOf(files), noColor: true })))
  return dmmf.parse(parsed).datamodel.models
}

/** Models, aligned as Prisma's own formatter does. */
export function formatModels(models: string): string {
  // Prisma's formatter knows files by their URL.
  const path = 'file:///models.prisma'
  const params = { textDocument: { uri: path }, options: { tabSize: 2, insertSpaces: true } }
  const formatted = prismaSchema.format(JSON.stringify([[path, models]]), JSON.stringify(params))
  const [[, text]] = z.tuple([z.tuple([z.string(), z.string()])]).parse(JSON.parse(formatted))
  return text
}

function requirePostgres(files: readonly SchemaFile[]): void {
  const asked = { ...schemaOf(files), datasourceOverrides: {}, ignoreEnvVarErrors: true, env: {} }
  const parsed = ask(() => prismaSchema.get_config(JSON.stringify(asked)))
  const [datasource] = config.parse(parsed).config.datasources
  if (datasource?.activeProvider === 'postgresql') return
  throw usageFailure(
    'The schema has no datasource of the provider "postgresql", which is what API keys are kept in.',
  )
}

function schemaOf(files: readonly SchemaFile[]) {
  return { prismaSchema: files.map(({ path, text }) => [path, text]) }
}

function ask(question: () => string): unknown {
  try {
    return JSON.parse(question())
  } catch (error) {
    throw usageFailure(`Prisma cannot read the schema:\n${wordsOf(error)}`)
  }
}

function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  try {
    return String(Object(JSON.parse(text)).message ?? text)
  } catch {
    return text
  }
}
