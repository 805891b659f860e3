// This package, with rates that are counted in Redis.
import { Redis } from 'ioredis'
import { apiKeyAuth, createKeyring } from '../../dist/index.js'
import { config, serve } from './serve.js'

const { databaseUrl, redisUrl } = config
const limits = { perKey: ['1000000/s'], rateCounters: new Redis(redisUrl) }

serve(apiKeyAuth({ keyring: createKeyring({ databaseUrl, limits }) }))
