/** What ends a znode beside a delete. */
export type Lifetime =
  | { readonly kind: 'persistent' }
  /** Goes with the session that created it. Has no children. */
  | { readonly kind: 'ephemeral'; readonly sessionId: bigint }
  /** Goes when it had a child and has none any more. */
  | { readonly kind: 'container' }
  /** Goes when it has no child and its data was not set for `ttlMs`. */
  | { readonly kind: 'ttl'; readonly ttlMs: number }

export const PERSISTENT: Lifetime = { kind: 'persistent' }
export const CONTAINER: Lifetime = { kind: 'container' }

/** EphemeralType.TTL's 40 bits. */
export const TTL_MS_MAX = 2 ** 40 - 1

/** What `Stat.ephemeralOwner` shows: containers and TTL nodes count as not ephemeral (DataNode.copyStat). */
export function ephemeralOwner(lifetime: Lifetime): bigint {
  return lifetime.kind === 'ephemeral' ? lifetime.sessionId : 0n
}
