import { z } from 'zod'
import { capitalized } from '../../capitalized.js'
import type { KnownScopes } from '../../key/scope-definition.js'
import { allOperations } from '../all-operations.js'
import { scope } from '../fields.js'
import type { Operation } from '../operation.js'
import { apiKeyRecord, auditEventRecord } from '../records.js'
import { problemCodesOf, problemName, problemSchemaOf } from './problem-responses.js'

type JsonSchema = z.core.JSONSchema.BaseSchema
interface Described {
  readonly zodSchema: unknown
  readonly jsonSchema: JsonSchema
}
type NamedSchemas = Readonly<Record<string, z.ZodObject>>

export function refer(schemaName: string): { readonly $ref: string } {
  return { $ref: referenceTo(schemaName) }
}

export function bodyName({ action }: Operation): string {
  return `${capitalized(action)}Body`
}

/** Every schema of the document by its name, made of those that requests and answers are parsed and made with. */
export function componentSchemas(known: KnownScopes | undefined): Readonly<Record<string, JsonSchema>> {
  const bodies = allOperations
    .filter(({ body }) => body !== 'none')
    .map((operation) => [bodyName(operation), operation.schemas.body])
  const answers = allOperations
    .flatMap((operation) => Object.values(operation.answers))
    .map(({ name, schema }) => [name, schema])
  const problems = [...new Set(allOperations.flatMap(problemCodesOf))].map((code) => [
    problemName(code),
    problemSchemaOf(code),
  ])
  const records = { ApiKey: apiKeyRecord, AuditEvent: auditEventRecord }
  return {
    ...toJsonSchemas(Object.fromEntries(bodies), 'input', known),
    // Keys that were made before may hold other scopes.
    ...toJsonSchemas({ ...records, ...Object.fromEntries([...answers, ...problems]) }, 'output', undefined),
  }
}

/** The fields of a query or of headers, each with its schema. */
export function fieldSchemas(schema: z.ZodObject): readonly [name: string, schema: JsonSchema][] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { $schema, ...rest } = z.toJSONSchema(field, { io: 'input', override: withoutGrammar })
    return [name, rest]
  })
}

function toJsonSchemas(
  named: NamedSchemas,
  io: 'input' | 'output',
  known: KnownScopes | undefined,
): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io, uri: referenceTo, override: overrideFor(known) })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema, $id, ...schema }]) => [name, schema]),
  )
}

function referenceTo(schemaName: string): string {
  return `#/components/schemas/${schemaName}`
}

function overrideFor(known: KnownScopes | undefined): (described: Described) => void {
  return (described) => {
    withoutGrammar(described)
    if (known !== undefined && described.zodSchema === scope) described.jsonSchema.enum = [...known.grantable]
  }
}

/** A format says it in a word; the grammar of a date beside it is a line that nobody reads. */
function withoutGrammar({ jsonSchema }: Pick<Described, 'jsonSchema'>): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}
