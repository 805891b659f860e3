import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** What of a JSON Schema it takes to make a value of it. */
export interface SampledSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly examples?: readonly unknown[]
  readonly anyOf?: readonly SampledSchema[]
  readonly properties?: Readonly<Record<string, SampledSchema>>
  readonly required?: readonly string[]
}

/** Tells what is wrong with a value, by the schemas of a document; an empty list where nothing is. */
export function createSchemaJudge(document: object): (schema: object, value: unknown) => readonly unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'document')
  const anchored = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'))
  return (schema, value) => {
    const isValid = ajv.compile(anchored(schema))
    return isValid(value) ? [] : (isValid.errors ?? [])
  }
}

/** Tells what is wrong with a schema itself, by the JSON Schema of schemas. */
export function faultsOfSchema(schema: object): readonly unknown[] {
  const ajv = new Ajv2020()
  addFormats.default(ajv)
  return ajv.validateSchema(schema) === true ? [] : (ajv.errors ?? [])
}

/** The smallest value of a schema that is not empty where it need not be. */
export function sampleOf(schema: SampledSchema): unknown {
  if (schema.examples !== undefined) return schema.examples[0]
  const [first] = schema.anyOf ?? []
  if (first !== undefined) return sampleOf(first)
  if (schema.enum !== undefined) return schema.enum[0]
  switch (schema.type) {
    case 'object':
      return requiredSample(schema)
    case 'array':
      return []
    case 'integer':
      return schema.minimum ?? 1
    case 'boolean':
      return true
    default:
      return schema.format === 'date-time' ? '2100-01-01T00:00:00Z' : 'sample'
  }
}

export function requiredSample({ properties = {}, required = [] }: SampledSchema): Record<string, unknown> {
  return Object.fromEntries(
    required.flatMap((name) => {
      const property = properties[name]
      return property === undefined ? [] : [[name, sampleOf(property)]]
    }),
  )
}
