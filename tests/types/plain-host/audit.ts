import express from 'express'
import { type AuditedRoute, auditRoutes, type SecurityRequirements } from 'express-api-keys'
import { exactly } from '../exactly.js'

const audit = auditRoutes(express(), { public: ['GET /health'] })
auditRoutes(express.Router())

exactly<typeof audit.routes, readonly AuditedRoute[]>()
exactly<AuditedRoute['apiKeyAuth'], 'required' | 'optional' | 'none'>()
// Under noUncheckedIndexedAccess: not every path is one of the app's.
exactly<ReturnType<typeof audit.openApiSecurity>[string], Readonly<Record<string, SecurityRequirements>>>()

// @ts-expect-error misspelt
auditRoutes(express(), { pubic: [] })
// @ts-expect-error one route is a list too
auditRoutes(express(), { public: 'GET /health' })
// @ts-expect-error a handler is no app
auditRoutes(() => {})
// @ts-expect-error it is what was found
audit.routes.push({})
