import { z } from 'zod'
import type { JsonAnswer } from '../express/problem.js'
import type { Host } from '../key/host.js'
import type { ChangedBy } from '../keyring/changed-by.js'
import { isId } from '../keyring/input.js'
import type { Keyring } from '../keyring/keyring.js'
import type { AdminAction } from './actions.js'
import type { AdminActor } from './actor.js'
import { fieldErrors } from './field-errors.js'
import { type ManagingCode, RequestProblem } from './problem.js'

/** What a request asks of an operation, once it is known who sends it. */
export interface Call {
  readonly keyring: Keyring<Host>
  readonly actor: AdminActor<Host>
  readonly changedBy: ChangedBy<Host>
  /** The key that the path names; an empty text where it names none. */
  readonly id: string
  /** Where the router is mounted, for addresses in answers. */
  readonly mountPath: string
  readonly nowMs: number
}

/** What came with a request, as it came. */
export interface RawInput {
  readonly query: unknown
  readonly headers: unknown
  readonly body: unknown
}

export interface Answered {
  /** What the OpenAPI document calls the schema. */
  readonly name: string
  readonly description: string
  readonly schema: z.ZodObject
  readonly headers: readonly ('ETag' | 'Location')[]
}

interface Description {
  readonly action: AdminAction
  readonly method: 'get' | 'post' | 'patch'
  readonly path: string
  readonly summary: string
  readonly body: 'none' | 'optional' | 'required'
  /** What a request is answered with when all is well, by status. */
  readonly answers: Readonly<Record<number, Answered>>
  /** Problems beyond those that every operation has. */
  readonly problems: readonly ManagingCode[]
}

interface Schemas<Query, Headers, Body> {
  readonly query: Query
  readonly headers: Headers
  readonly body: Body
}

/** One route: what the router runs and the OpenAPI document tells, in one place. */
export interface Operation extends Description {
  readonly schemas: Schemas<z.ZodObject, z.ZodObject, z.ZodObject>
  /** Throws `RequestProblem` for input that is not of the schemas. */
  readonly answer: (call: Call, input: RawInput) => Promise<JsonAnswer>
}

/** For a query or a body of which nothing is expected: whatever is there is refused. */
export const nothing = z.strictObject({})
/** Headers that nobody asked for are none of our business. */
export const anyHeaders = z.object({})

export function defineOperation<
  Query extends z.ZodObject,
  Headers extends z.ZodObject,
  Body extends z.ZodObject,
>(
  description: Description,
  schemas: Schemas<Query, Headers, Body>,
  run: (
    call: Call,
    input: Schemas<z.output<Query>, z.output<Headers>, z.output<Body>>,
  ) => Promise<JsonAnswer>,
): Operation {
  return {
    ...description,
    schemas,
    async answer(call, input) {
      const query = schemas.query.safeParse(input.query)
      const headers = schemas.headers.safeParse(input.headers)
      const body = schemas.body.safeParse(input.body)
      if (query.success && headers.success && body.success) {
        // What cannot be an id is no key's, like the id of another tenant's key.
        if (call.id !== '' && !isId(call.id)) throw new RequestProblem('not_found')
        return run(call, { query: query.data, headers: headers.data, body: body.data })
      }
      const issues = [query, headers, body].flatMap(({ error }) => error?.issues ?? [])
      throw new RequestProblem('invalid_input', fieldErrors(issues))
    },
  }
}
