import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CliFailure, usageFailure } from '../failure.js'
import type { SchemaFile } from './host-schema.js'

/** A migration that is there, by the name of its folder. */
export interface Migration {
  readonly name: string
  readonly sql: string
}

/** A project with a Prisma schema, as its files are. */
export interface Project {
  readonly files: readonly SchemaFile[]
  /** Where a file with new models goes; `null` where the schema is a single file. */
  readonly schemaFolder: string | null
  readonly migrationsFolder: string
  readonly migrations: readonly Migration[]
}

export interface AskedPlaces {
  readonly schema: string | undefined
  readonly migrations: string | undefined
}

const usualPlaces = ['prisma/schema.prisma', 'prisma/schema', 'schema.prisma', 'prisma']

/** By what was asked for, else by the project's Prisma config, else in the usual places. Throws a usage failure. */
export async function findProject(folder: string, asked: AskedPlaces): Promise<Project> {
  const configured = asked.schema === undefined ? await readPrismaConfig(folder) : {}
  const named = asked.schema ?? configured.schema
  const place = named ?? usualPlaces.find((path) => existsSync(join(folder, path)))
  if (place === undefined) {
    throw usageFailure('There is no Prisma schema here: run "npx prisma init", or name it with --schema.')
  }
  const schema = resolve(folder, place)
  if (!existsSync(schema)) throw usageFailure(`There is no Prisma schema at ${place}.`)
  const isFolder = statSync(schema).isDirectory()
  const files = (isFolder ? schemaFilesIn(schema) : [schema]).map((path) => ({
    path,
    text: readSchema(path, folder),
  }))
  if (files.length === 0) throw usageFailure(`There is no .prisma file in ${place}.`)
  const beside = join(isFolder ? schema : dirname(schema), 'migrations')
  const migrationsFolder = resolve(folder, asked.migrations ?? configured.migrations ?? beside)
  return {
    files,
    schemaFolder: isFolder ? schema : null,
    migrationsFolder,
    migrations: readMigrations(migrationsFolder),
  }
}

/** To the byte, for it is written again: with its byte order mark, and with no character in place of another. */
function readSchema(path: string, folder: string): string {
  const bytes = readFileSync(path)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw usageFailure(
      `The schema ${relative(folder, path)} is not encoded in UTF-8: save it so, and run this again.`,
    )
  }
}

function readMigrations(folder: string): readonly Migration[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => ({ name, path: join(folder, name, 'migration.sql') }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, sql: readFileSync(path, 'utf8') }))
}

function schemaFilesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.prisma'))
    .toSorted()
    .map((path) => join(folder, path))
}

interface Configured {
  readonly schema?: string | undefined
  readonly migrations?: string | undefined
}

/** By Prisma's own loader, which the project's prisma CLI brings: the config is a program. */
async function readPrismaConfig(folder: string): Promise<Configured> {
  const loader = findLoader(folder)
  if (loader === null) return {}
  const { loadConfigFromFile } = await import(pathToFileURL(loader).href)
  const { config, error }: Record<string, unknown> = Object(await loadConfigFromFile({ configRoot: folder }))
  if (error !== undefined) throw brokenConfig(error)
  return { schema: Object(config).schema, migrations: Object(Object(config).migrations).path }
}

/** Its own words may quote the program. */
function brokenConfig(error: unknown): CliFailure {
  const cause: unknown = Object(error).error
  const [, variable] = /environment variable:? "?([A-Z_a-z]\w*)/.exec(String(Object(cause).message)) ?? []
  const why =
    variable === undefined
      ? 'cannot be loaded: "npx prisma validate" says why. Mend it'
      : `needs the environment variable ${variable}: set it`
  return usageFailure(`The Prisma config here ${why}, or name the places with --schema and --migrations.`)
}

function findLoader(folder: string): string | null {
  try {
    const cli = createRequire(join(folder, 'package.json')).resolve('prisma/package.json')
    return createRequire(cli).resolve('@prisma/config')
  } catch {
    return null
  }
}
