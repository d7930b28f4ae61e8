/** The top byte of ids: a standalone Apache server's (ZooKeeperServer.createSessionTrackerServerId). */
const SERVER_ID = 1n
const LOW_40_BITS = (1n << 40n) - 1n

/**
 * The first session id of a server that starts now: its number, 40 bits of the time, 16 bits to count in
 * (SessionTrackerImpl.initializeNextSessionId). Never below an id that is in use.
 */
export function firstSessionId(wallMs: number, known: Iterable<bigint>): bigint {
  let next = (SERVER_ID << 56n) | ((BigInt(Math.floor(wallMs)) & LOW_40_BITS) << 16n)
  for (const id of known) if (id >= next) next = id + 1n
  return next
}
