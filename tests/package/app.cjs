const express = require('express')
const { apiKeyAuth, createKeyring, requireScope } = require('express-api-keys')
const { serve } = require('./serve.cjs')

serve({ apiKeyAuth, createKeyring, requireScope }, express)
