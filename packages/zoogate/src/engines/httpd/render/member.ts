import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import type { Endpoint } from '../../../model/view/view.ts'
import { type Growth, grownWeight, isGrowing, startKey } from './slow-start.ts'

/**
 * What a balancer is told of one address. Two endpoints of a service may share one: an instance that
 * starts again is registered anew before its former registration ends. httpd has one member for both.
 */
export interface Member {
  /** `ws://10.0.0.1:80`, or `wss:` where TLS is spoken. Both plain requests and WebSockets: a member `http://` would need a setting for these that one added live cannot get. */
  readonly url: string
  /** `10.0.0.1:80`, `fd00::1:80`: however the URL is spelled. */
  readonly place: string
  /** The endpoint's id, or a digest of one too long: what the session cookie has to be. */
  readonly route: string
  /**
   * A digest of all that the view says of the address: httpd keeps it, and does nothing with it. Behind
   * a dot follows since when the share grows.
   */
  readonly note: string
  readonly loadFactor: number
  readonly disabled: boolean
  /** The share of requests that belong to nobody, as it is now; 0: none of them. */
  readonly weight: number
  /** Takes only requests that belong to it by a session. */
  readonly draining: boolean
}

/** The note of a member whose endpoints are gone: httpd cannot remove it before the next reload. */
export const GONE = '~gone'

/** httpd's. */
const ROUTE_CHARACTERS_MAX = 63
const LOAD_FACTOR_MAX = 100
/** Quarters are exact in binary: httpd computes with them, and cuts off. */
const LOAD_FACTOR_STEPS = 4

/** What of a pool its members are made of. */
export interface MemberPool {
  readonly endpoints: readonly Endpoint[]
  /** Present: endpoints are spoken to through TLS. */
  readonly tls?: object
  readonly slowStartMs?: number
}

/** @param growth absent: each has its whole share */
export function membersOf(pool: MemberPool, growth?: Growth): readonly Member[] {
  const { endpoints, tls } = pool
  const scheme = tls === undefined ? 'ws' : 'wss'
  const byUrl = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const url = memberUrl(scheme, endpoint)
    const same = byUrl.get(url)
    if (same === undefined) byUrl.set(url, [endpoint])
    else same.push(endpoint)
  }
  const heaviest = endpoints.reduce((most, { weight }) => Math.max(most, weight), 1)
  const members = [...byUrl].map(([url, same]) => memberOf(url, same))
  const grown = growth === undefined ? members : members.map((each) => grow(each, pool, growth))
  return grown.map((member) => ({
    ...member,
    loadFactor: loadFactor(member.loadFactor, heaviest, pool.slowStartMs !== undefined),
  }))
}

/** Its load factor is the weight yet. */
function memberOf(url: string, same: readonly Endpoint[]): Member {
  const [first] = [...same].sort((a, b) => RANKS[a.state] - RANKS[b.state])
  if (first === undefined) throw new RangeError('a member has an endpoint')
  const { id, weight, state } = first
  return {
    url,
    place: placeOf(url),
    route: id.length <= ROUTE_CHARACTERS_MAX ? id : digest(id),
    note: `~${digest(JSON.stringify(same.map((each) => [each.id, each.weight, each.state])))}`,
    loadFactor: weight,
    weight: state === 'up' ? weight : 0,
    disabled: state === 'down',
    draining: state === 'draining' || weight === 0,
  }
}

function grow(member: Member, { slowStartMs }: MemberPool, { starts, nowMs }: Growth): Member {
  const sinceMs = starts.get(startKey(member.route, member.place))
  if (slowStartMs === undefined || sinceMs === undefined) return member
  const start = { sinceMs, nowMs, durationMs: slowStartMs }
  if (!isGrowing(start)) return member
  return {
    ...member,
    note: `${member.note}.${Math.round(sinceMs).toString(36)}`,
    loadFactor: grownWeight(member.loadFactor, start),
    weight: grownWeight(member.weight, start),
  }
}

/** Since when a member's share grows, by its note. */
export function sinceOf(note: string): number | undefined {
  const [, since] = /^~[0-9a-f]+\.([0-9a-z]{1,10})$/.exec(note) ?? []
  return since === undefined ? undefined : Number.parseInt(since, 36)
}

function placeOf(url: string): string {
  const { protocol, hostname, port } = new URL(url)
  // A URL does not say its scheme's own port.
  const own = protocol === 'wss:' ? 443 : 80
  return `${hostname.replace(/^\[|\]$/g, '')}:${port === '' ? own : port}`
}

const RANKS = { up: 0, draining: 1, down: 2 } as const

/**
 * From 1 to 100, in proportion to the weights. Where the heaviest has more than 100, none gets less than a
 * hundredth of its share; nor where shares grow, which need room below a weight of 1.
 */
function loadFactor(weight: number, heaviest: number, isScaled: boolean): number {
  if (heaviest <= LOAD_FACTOR_MAX && !isScaled) return Math.max(1, weight)
  const scaled = (weight * LOAD_FACTOR_MAX) / heaviest
  return Math.max(1, Math.round(scaled * LOAD_FACTOR_STEPS) / LOAD_FACTOR_STEPS)
}

function memberUrl(
  scheme: 'ws' | 'wss',
  { address, port }: Pick<Endpoint, 'address' | 'port'>,
): string {
  return `${scheme}://${isIPv6(address) ? canonicalHost(address) : address}:${port}`
}

/** The shortest spelling of an IPv6 address, in brackets (RFC 5952, as the URL standard has it). */
function canonicalHost(address: string): string {
  return new URL(`http://[${address}]`).hostname
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
