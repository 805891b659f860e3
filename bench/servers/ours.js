// This package; `config.cache` and `config.limits` are the keyring's options.
import { apiKeyAuth, createKeyring } from '../../dist/index.js'
import { config, serve } from './serve.js'

const { databaseUrl, cache = {}, limits = {} } = config
const keyring = createKeyring({ databaseUrl, cache, limits })

serve(apiKeyAuth({ keyring }))
