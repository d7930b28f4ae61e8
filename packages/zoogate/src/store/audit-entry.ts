/** At most so many entries lie in one folder: a getChildren answer is bounded by 1 MiB. */
export const AUDIT_FOLDER_ENTRIES_MAX = 1000
const NAMES_MAX = 100

/** Who changed what: the data of `/audit/<day>/<seq>`. */
export interface AuditEntry {
  /** Random: whoever lost the answer finds by it whether the change, which the entry is in one multi with, was made. */
  readonly id: string
  readonly action: 'apply' | 'rollback' | 'override' | 'release'
  /** What was changed: resource keys, or `shop/instance-1`. Only the first 100 are kept. */
  readonly subjects: readonly string[]
  readonly by: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly revision?: number
  readonly message?: string
}

export function encodeAuditEntry(entry: AuditEntry): Buffer {
  const subjects = entry.subjects.slice(0, NAMES_MAX)
  const more = entry.subjects.length - subjects.length
  return Buffer.from(JSON.stringify({ v: 1, ...entry, subjects, ...(more > 0 ? { more } : {}) }))
}

/** `2026-11-21`: the folder that an entry belongs in. */
export function auditDay(at: string): string {
  return at.slice(0, 10)
}
