import express from 'express'

/** What the parent passed to this process. */
export const config = JSON.parse(process.argv[2])

/** The same app for all: some middleware, then one route with one small answer. */
export function serve(...middleware) {
  const app = express()
  for (const handler of middleware) app.use(handler)
  app.get('/', (_req, res) => res.json({ orders: [{ id: 1, item: 'book' }] }))

  const server = app.listen(0, '127.0.0.1', (error) => {
    if (error) throw error
    process.send({ port: server.address().port })
  })
  process.on('message', () => process.send(process.cpuUsage()))
  process.on('disconnect', () => process.exit())
}
