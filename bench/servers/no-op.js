// The floor of any middleware: one that does nothing.
import { serve } from './serve.js'

serve((_req, _res, next) => next())
