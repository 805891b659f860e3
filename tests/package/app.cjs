const express = require('express')
const { apiKeyAuth, createKeyring, requireScope } = require('express-api-keys')
const { apiKeyOpenApi, apiKeyRouter, authorizeByKey } = require('express-api-keys/admin')
const { serve } = require('./serve.cjs')

serve({ apiKeyAuth, createKeyring, requireScope, apiKeyOpenApi, apiKeyRouter, authorizeByKey }, express)
