import express from 'express'
import { apiKeyAuth, createKeyring, requireScope } from 'express-api-keys'
import { apiKeyOpenApi, apiKeyRouter, authorizeByKey } from 'express-api-keys/admin'
import { serve } from './serve.cjs'

await serve({ apiKeyAuth, createKeyring, requireScope, apiKeyOpenApi, apiKeyRouter, authorizeByKey }, express)
