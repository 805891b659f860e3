import ipaddr from 'ipaddr.js'
import { type Address, parseAddress, parseIPv6 } from './address.js'

/** Networks, each an address and how many of its first bits count. */
export type Networks = readonly Network[]

type Network = readonly [address: Address, bits: number]

export const MAX_NETWORKS = 50

/**
 * A network such as `10.0.0.0/8`, `2001:db8::/32` or a single address; `null` for anything else, also where bits beyond
 * the prefix are set, for then nobody knows which of the two was meant.
 */
export function parseNetwork(text: unknown): Network | null {
  if (typeof text !== 'string' || text.length > 50 || text.includes('%')) return null
  const [bare = '', bits, ...more] = text.split('/')
  const written = bare.includes(':') ? parseIPv6(bare) : parseAddress(bare)
  if (written === null || more.length > 0) return null
  const mostBits = written.kind() === 'ipv4' ? 32 : 128
  const length = bits === undefined ? mostBits : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : -1
  if (length < 0 || length > mostBits || !hasNothingBeyond(written, length)) return null
  // Of a mapped address at least 96 bits count: the last of those before are set.
  const isMapped = written instanceof ipaddr.IPv6 && written.isIPv4MappedAddress()
  return isMapped ? [written.toIPv4Address(), length - 96] : [written, length]
}

function hasNothingBeyond(address: Address, bits: number): boolean {
  return address.toByteArray().every((byte, at) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * at))
    return (byte & (0xff >> kept)) === 0
  })
}

/** `null` for a list that is empty or holds anything else. */
export function parseNetworks(texts: unknown): Networks | null {
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MAX_NETWORKS) return null
  const networks: Network[] = []
  for (const text of texts) {
    const network = parseNetwork(text)
    if (network === null) return null
    networks.push(network)
  }
  return Object.freeze(networks)
}

/** Compared as numbers, never as texts. An address that nobody knows is nowhere. */
export function holdsAddress(networks: Networks, text: string | undefined): boolean {
  const address = parseAddress(text)
  return address !== null && networks.some((network) => holds(network, address))
}

/** Whether all of the one is in the other; `null` is everywhere. */
export function isWithinNetworks(narrow: Networks | null, wide: Networks | null): boolean {
  if (wide === null) return true
  return narrow?.every((inner) => wide.some((outer) => isInside(inner, outer))) ?? false
}

function isInside([address, bits]: Network, outer: Network): boolean {
  return bits >= outer[1] && holds(outer, address)
}

function holds([outer, bits]: Network, address: Address): boolean {
  return address.kind() === outer.kind() && address.match(outer, bits)
}
