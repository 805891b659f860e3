// What Express infers from a route's path must survive the handlers of this package before it.
import express, { type Request, type RequestHandler, type Response } from 'express'
import { apiKeyAuth, requireAnyScope, requireScope } from 'express-api-keys'
import { exactly } from '../exactly.js'

interface Params {
  id: string
}
interface Answer {
  total: number
}

const app = express()
app.use(apiKeyAuth())
app.use('/api', apiKeyAuth(), requireScope('a'))

app.get('/orders/:id', requireScope('a'), (req, res) => {
  exactly<typeof req.params.id, string>()
  res.json(req.params.id.length)
})
app.get('/orders/:id/lines/:line', apiKeyAuth(), requireScope('a'), requireAnyScope('b'), (req, res) => {
  exactly<typeof req.params.id, string>()
  exactly<typeof req.params.line, string>()
  // @ts-expect-error no such name in the path
  res.json(req.params.lin)
})
app.get('/files/*path', requireScope('a'), (req, res) => {
  exactly<typeof req.params.path, string[]>()
  res.json(req.params.path)
})
app.route('/shops/:id').get(requireScope('a'), (req, res) => {
  exactly<typeof req.params.id, string>()
  res.json(req.params.id)
})

// Handlers that say themselves what they take.
app.get('/orders/:id', requireScope('a'), (req: Request<{ id: string }>, res) => {
  res.json(req.params.id.length)
})
app.put(
  '/orders/:id',
  apiKeyAuth(),
  requireAnyScope('a'),
  (req: Request<Params, Answer, { item: string }, { page: string }>, res: Response<Answer>) => {
    res.json({ total: req.params.id.length + req.body.item.length + req.query.page.length })
  },
)

// Lists and variables, as hosts keep them.
const guards: RequestHandler[] = [apiKeyAuth(), requireScope('a')]
app.use(guards)
app.delete(
  '/orders/:id',
  [requireScope('a'), requireAnyScope('b')],
  (req: Request<Params>, res: Response) => {
    res.json(req.params.id)
  },
)
express.Router({ mergeParams: true }).get('/:id', requireScope('a'), (req, res) => {
  exactly<typeof req.params.id, string>()
  res.json(req.params.id)
})
