// This package; `config.cache` is the keyring's option.
import { apiKeyAuth, createKeyring } from '../../dist/index.js'
import { config, serve } from './serve.js'

const { databaseUrl, cache } = config
const keyring = createKeyring(cache === undefined ? { databaseUrl } : { databaseUrl, cache })

serve(apiKeyAuth({ keyring }))
