// Express alone.
import { serve } from './serve.js'

serve()
