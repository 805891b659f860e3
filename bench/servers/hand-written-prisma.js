// What most apps write by hand; with `config.lastUsed` also the time of last use, awaited.
import { bearerToken, hashKey, isAlive, refuse } from './bearer.js'
import { prisma } from './prisma-client.js'
import { config, serve } from './serve.js'

serve(async (req, res, next) => {
  const token = bearerToken(req)
  if (token === undefined) return refuse(res)
  const apiKey = await prisma.apiKey.findUnique({
    where: { keyHash: hashKey(token) },
    include: { tenant: true, user: true },
  })
  if (apiKey === null || !isAlive(apiKey)) return refuse(res)
  if (config.lastUsed) {
    await prisma.apiKey.update({ where: { id: apiKey.id }, data: { lastUsedAt: new Date() } })
  }
  req.apiKey = apiKey
  req.tenant = apiKey.tenant
  req.user = apiKey.user
  next()
})
