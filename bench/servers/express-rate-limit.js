// This package for the keys, express-rate-limit for how often they may be used.
import { rateLimit } from 'express-rate-limit'
import { apiKeyAuth, createKeyring } from '../../dist/index.js'
import { config, serve } from './serve.js'

const keyring = createKeyring({ databaseUrl: config.databaseUrl })

serve(
  apiKeyAuth({ keyring }),
  rateLimit({
    windowMs: 1_000,
    limit: 1_000_000,
    keyGenerator: (req) => req.apiKey.id,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  }),
)
