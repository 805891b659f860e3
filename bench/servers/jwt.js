// express-oauth2-jwt-bearer with a shared secret (HS256): no database, and no revocation.
import { auth } from 'express-oauth2-jwt-bearer'
import { signing } from '../tokens.js'
import { serve } from './serve.js'

serve(auth({ ...signing, tokenSigningAlg: 'HS256' }))
