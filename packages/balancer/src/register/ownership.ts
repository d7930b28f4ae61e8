/** What ZooKeeper shows of our znode. */
interface SeenNode {
  /** Id of the session that made it; 0 for a znode that is not ephemeral. */
  readonly ephemeralOwner: bigint
  readonly version: number
}

/** What we wrote last, and under which session. */
export interface WrittenNode {
  readonly sessionId: bigint
  readonly version: number
  readonly data: Buffer
}

export type OwnershipStep =
  | { readonly do: 'create' }
  /** Ours and as it shall be. */
  | { readonly do: 'nothing' }
  | { readonly do: 'write'; readonly version: number }
  /** A former session of ours made it; that session is dead but has not been cleaned up. */
  | { readonly do: 'replace'; readonly version: number }
  /** Somebody else's: wait until its session goes. */
  | { readonly do: 'wait'; readonly owner: bigint }

export interface OwnershipFacts {
  /** Undefined: there is no such znode. */
  readonly seen: SeenNode | undefined
  readonly sessionId: bigint
  /** Sessions that this registration had before and that have expired. */
  readonly formerSessionIds: ReadonlySet<bigint>
  readonly written: WrittenNode | undefined
  /** The data that the znode shall have. */
  readonly data: Buffer
}

/**
 * The next step towards a znode that is ours and holds `data`. A znode of that name is never taken for
 * ours because it exists: after an expiry it may be the former session's, about to be removed, and
 * the instance would silently be gone (apache/dubbo#5125). A znode that our session owns is ours even
 * when the answer to its creation was lost.
 */
export function ownershipStep(facts: OwnershipFacts): OwnershipStep {
  const { seen, written } = facts
  if (seen === undefined) return { do: 'create' }
  if (seen.ephemeralOwner === facts.sessionId) {
    const asWritten =
      written !== undefined &&
      written.sessionId === facts.sessionId &&
      written.version === seen.version &&
      written.data.equals(facts.data)
    return asWritten ? { do: 'nothing' } : { do: 'write', version: seen.version }
  }
  return facts.formerSessionIds.has(seen.ephemeralOwner)
    ? { do: 'replace', version: seen.version }
    : { do: 'wait', owner: seen.ephemeralOwner }
}
