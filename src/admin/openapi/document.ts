import { capitalized } from '../../capitalized.js'
import type { ScopeDefinition } from '../../key/scope-definition.js'
import { parseScopes } from '../../keyring/scopes-option.js'
import { invalidOption, refuseUnknownOptions } from '../../options.js'
import { allOperations } from '../all-operations.js'
import type { Operation } from '../operation.js'
import { problemCodesOf, problemResponses } from './problem-responses.js'
import { bodyName, componentSchemas, fieldSchemas, refer } from './schemas.js'

/** What the OpenAPI document of the management router says of its place. */
export interface OpenApiOptions {
  /** Where the router is mounted, such as `/api-keys`. */
  readonly basePath: string
  /** Default `API keys`. */
  readonly title?: string
  /** What `defineScopes()` returned: the document lists them. Default: any scope. */
  readonly scopes?: ScopeDefinition
  /** The version of the application's API; default `1.0.0`. */
  readonly version?: string
}

/** An OpenAPI 3.1 document, ready for `JSON.stringify`. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>
}

const factory = 'apiKeyOpenApi'
const basePathGrammar = /^(\/[A-Za-z0-9._~-]+)*$/

/**
 * Describes the routes of `apiKeyRouter()`, from the schemas they work with. Throws `invalid_option`.
 *
 * @example
 * app.get('/openapi.json', (_req, res) => res.json(apiKeyOpenApi({ basePath: '/api-keys' })))
 */
export function apiKeyOpenApi(options: OpenApiOptions): OpenApiDocument {
  refuseUnknownOptions(factory, options, ['basePath', 'title', 'version', 'scopes'])
  const basePath = requireBasePath(options.basePath)
  return {
    openapi: '3.1.0',
    info: {
      title: requireText('title', options.title ?? 'API keys'),
      version: requireText('version', options.version ?? '1.0.0'),
    },
    security: [{ apiKey: [] }],
    paths: toPaths(basePath),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key that holds api-keys:manage.' },
      },
      schemas: componentSchemas(parseScopes(factory, options.scopes)),
    },
  }
}

function toPaths(basePath: string): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of allOperations) {
    const path = (basePath + operation.path.replace(':id', '{id}')).replace(/(?<=.)\/$/, '')
    paths[path] = { ...paths[path], [operation.method]: toOperationObject(operation) }
  }
  return paths
}

function toOperationObject(operation: Operation): object {
  const { action, summary, body, path, schemas } = operation
  const parameters = [
    ...(path.includes(':id') ? [pathId] : []),
    ...parametersIn('query', schemas.query),
    ...parametersIn('header', schemas.headers),
  ]
  return {
    operationId: `apiKeys${capitalized(action)}`,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === 'none' ? {} : { requestBody: requestBodyOf(operation) }),
    responses: { ...answerResponses(operation), ...problemResponses(problemCodesOf(operation), refer) },
  }
}

const pathId = { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }

/** All of them may be left out: what a request cannot do without stands in its path and its body. */
function parametersIn(place: 'query' | 'header', schema: Operation['schemas']['query']): object[] {
  return fieldSchemas(schema).map(([name, { description, ...field }]) => ({
    name,
    in: place,
    required: false,
    ...(description === undefined ? {} : { description }),
    schema: field,
  }))
}

function requestBodyOf(operation: Operation): object {
  const content = { 'application/json': { schema: refer(bodyName(operation)) } }
  return { required: operation.body === 'required', content }
}

function answerResponses({ answers }: Operation): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { name, description, headers }]) => {
      const described = headers.map((header) => [header, { schema: { type: 'string' } }])
      const content = { 'application/json': { schema: refer(name) } }
      return [
        status,
        {
          description,
          ...(headers.length === 0 ? {} : { headers: Object.fromEntries(described) }),
          content,
        },
      ]
    }),
  )
}

function requireBasePath(basePath: string): string {
  if (typeof basePath === 'string' && basePathGrammar.test(basePath)) return basePath
  throw invalidOption(
    factory,
    'basePath',
    'must be where the router is mounted, such as "/api-keys", or "" for the root',
  )
}

function requireText(option: string, value: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalidOption(factory, option, 'must be a text')
}
