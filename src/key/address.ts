import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

const NAT64 = ipaddr.IPv6.parse('64:ff9b::')

/**
 * An address as Express gives it; `null` for anything else. IPv4 that came over an IPv6 socket is IPv4, and the zone of a
 * link-local address is the machine's own name for it.
 */
export function parseAddress(text: string | undefined): Address | null {
  const [bare = ''] = text?.split('%') ?? []
  if (!bare.includes(':')) return parseIPv4(bare)
  const address = parseIPv6(bare)
  return address?.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/** Other ways to write it, such as `0x7f.1` and `010.0.0.1`, are read in different ways by different programs. */
function parseIPv4(text: string): ipaddr.IPv4 | null {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null
}

/**
 * Its last 32 bits may be written as IPv4 is, by the same rules. They are written anew for the library, which allows more
 * there, and takes `::10.0.0.1` for `::ffff:10.0.0.1`.
 */
export function parseIPv6(text: string): ipaddr.IPv6 | null {
  const tailAt = text.lastIndexOf(':') + 1
  let written = text
  if (text.includes('.')) {
    const tail = parseIPv4(text.slice(tailAt))
    if (tail === null) return null
    const [a = 0, b = 0, c = 0, d = 0] = tail.octets
    written = `${text.slice(0, tailAt)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  }
  return ipaddr.IPv6.isValid(written) ? ipaddr.IPv6.parse(written) : null
}

const withPort = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/

/** An address as proxies write it, perhaps with brackets, a port and a zone: without those, or `undefined` for anything else. */
export function bareAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const [, bracketed, unbracketed] = withPort.exec(text) ?? []
  const [bare] = (bracketed ?? unbracketed ?? text).split('%', 1)
  return parseAddress(bare) === null ? undefined : bare
}

/**
 * Who is one as far as attempts are counted: an IPv6 network of 56 bits is handed to one customer as a whole; behind NAT64
 * (RFC 6052), all of IPv4 is in one such network, and the address inside tells who it is.
 */
export function neighbourhoodOf(text: string): string {
  if (!text.includes(':')) return text
  const address = parseAddress(text)
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text
  if (address.match(NAT64, 96)) return new ipaddr.IPv4(address.toByteArray().slice(12)).toString()
  const [first, second, third, fourth = 0] = address.parts
  return `${first}:${second}:${third}:${fourth & 0xff00}`
}
