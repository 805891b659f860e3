import type { Request } from 'express'
import type { Caller } from '../caller.js'
import { bareAddress } from '../key/address.js'
import { createSayOnce, sayOnStandardError } from '../say.js'

/** Whoever sends a request; the address is found out when it is asked for, which most requests never do. */
export class RequestCaller<P> implements Caller {
  readonly #req: Request<P>

  constructor(req: Request<P>) {
    this.#req = req
  }

  get address(): string | undefined {
    return addressOf(this.#req)
  }
}

/**
 * Express' `req.ip`, which follows `X-Forwarded-For` as far as the app trusts its proxies. An app that trusts everybody
 * lets everybody choose an address: then it is the connection's own, and so it is where a proxy names none, as in `unknown`.
 */
export function addressOf<P>(req: Request<P>): string | undefined {
  const peer = req.socket.remoteAddress
  if (trustsAnybody(req)) return bareAddress(peer)
  const address = req.ip
  if (address === peer && req.headers['x-forwarded-for'] !== undefined) sayOnce('proxies', UNTRUSTED)
  return bareAddress(address) ?? bareAddress(peer)
}

const TRUSTS_ANYBODY =
  'Express\' "trust proxy" trusts everybody, so any client can claim any address. The address of the connection counts instead, which behind a proxy is the proxy\'s. To mend it, set "trust proxy" to the number of your proxies or to their addresses.'
const UNTRUSTED =
  'Requests come with X-Forwarded-For, but Express\' "trust proxy" is off: behind a proxy, all clients have its address, and share its failed attempts. To mend it, set "trust proxy" to the number of your proxies or to their addresses.'

/** For the first request, when the app has all its settings. */
export function warnOfTrust<P>(req: Request<P>): void {
  if (trustsAnybody(req)) sayOnce('trust', TRUSTS_ANYBODY)
}

const sayOnce = createSayOnce(sayOnStandardError)

/** Of the ranges for documentation, and further away than proxies stand behind each other. */
const STRANGERS = ['203.0.113.113', '3fff:113::113']
const FAR_AWAY = 100

/**
 * Of IPv4 or of IPv6: one is enough to claim addresses of both. Express makes a function of whatever the setting is; a
 * request that it has not seen has no app.
 */
function trustsAnybody<P>({ app }: Partial<Pick<Request<P>, 'app'>>): boolean {
  const trusts: unknown = app?.get('trust proxy fn')
  return typeof trusts === 'function' && STRANGERS.some((stranger) => Boolean(trusts(stranger, FAR_AWAY)))
}
