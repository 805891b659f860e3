import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import express from 'express'

const app = express()
const socket = new Socket()

/** A text as the HTTP parser makes it: flat, and never seen before. */
const received = (text) => Buffer.from(text).toString('latin1')

/**
 * A request and its response as Node makes them, but without a connection. Express then replaces the prototypes of
 * both, after which each new property costs V8 a new hidden class: about a microsecond, whoever sets it.
 */
export function makeExchange(authorization, { headersRead, inExpress = false }) {
  const req = new IncomingMessage(socket)
  req.method = 'GET'
  req.url = '/orders?page=2'
  req.originalUrl = req.url
  const rawHeaders = [
    ['Host', 'api.example.com'],
    ['User-Agent', 'node'],
    ['Accept', 'application/json'],
    ['Authorization', authorization],
    ['Connection', 'keep-alive'],
  ].flatMap(([name, value]) => [name, received(value)])
  // What Node's parser calls; `headers` is then made when it is first read, by whoever that is.
  req._addHeaderLines(rawHeaders, rawHeaders.length)
  const res = new ServerResponse(req)
  if (inExpress) {
    Object.setPrototypeOf(req, app.request)
    Object.setPrototypeOf(res, app.response)
  }
  if (headersRead) void req.headers
  return { req, res }
}
