/** What ZooKeeper shows of the znode. */
interface SeenNode {
  /** The session that made it; 0 for a znode that is not ephemeral. */
  readonly ephemeralOwner: bigint
  readonly version: number
}

/** What was written last, and in which session. */
export interface WrittenNode {
  readonly sessionId: bigint
  readonly version: number
  readonly data: Buffer
}

/** What is to be done next. */
export type OwnershipStep =
  | { readonly do: 'create' }
  /** Ours and as it shall be. */
  | { readonly do: 'nothing' }
  | { readonly do: 'write'; readonly version: number }
  /** A former session of ours made it; that session is dead but has not been cleaned up. */
  | { readonly do: 'replace'; readonly version: number }
  /** Somebody else's: wait until its session goes. */
  | { readonly do: 'wait'; readonly owner: bigint; readonly version: number }

/** What the next step depends on. */
export interface OwnershipFacts {
  /** Undefined: there is no such znode. */
  readonly seen: SeenNode | undefined
  readonly sessionId: bigint
  /** Sessions that we had before and that have expired. */
  readonly formerSessionIds: ReadonlySet<bigint>
  readonly written: WrittenNode | undefined
  /** The data that the znode shall have. */
  readonly data: Buffer
}

/**
 * The next step towards an ephemeral znode that is ours and holds `data`. A znode of that name is never taken for ours because
 * it exists: after an expiry it may be the former session's, about to be removed, and we would silently be gone
 * (apache/dubbo#5125). A znode that our session owns is ours even when the answer to its creation was lost.
 */
export function ownershipStep(facts: OwnershipFacts): OwnershipStep {
  const { seen, written } = facts
  if (seen === undefined) return { do: 'create' }
  const { ephemeralOwner: owner, version } = seen
  if (owner === facts.sessionId) {
    const isAsWritten =
      written !== undefined &&
      written.sessionId === facts.sessionId &&
      written.version === version &&
      written.data.equals(facts.data)
    return isAsWritten ? { do: 'nothing' } : { do: 'write', version }
  }
  return facts.formerSessionIds.has(owner)
    ? { do: 'replace', version }
    : { do: 'wait', owner, version }
}
