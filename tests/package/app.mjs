import express from 'express'
import { apiKeyAuth, createKeyring, requireScope } from 'express-api-keys'
import { serve } from './serve.cjs'

await serve({ apiKeyAuth, createKeyring, requireScope }, express)
