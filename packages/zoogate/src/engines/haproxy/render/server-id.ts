import { createHash } from 'node:crypto'

/**
 * HAProxy places a server on the consistent hash ring by its numeric id, times 4096, in 32 bits
 * (`chash_compute_server_key` over `puid`, lb_chash.c): ids that are equal modulo 2^20 would share
 * their places. Without an id it numbers servers by their position, so that one server's leaving
 * would move the keys of all behind it at the next reload.
 */
const IDS = 2 ** 20

/**
 * An id for an endpoint that depends on its name alone, unless another one in the pool has it
 * already: so a server keeps its keys through additions, removals, reloads and restarts. Two names
 * that collide (1 in a million for each pair) are told apart by a second hash; then the keys of
 * those two, and no others, may swap at a reload.
 */
export function serverId(endpointId: string, taken: ReadonlySet<number>): number {
  for (let attempt = 0; ; attempt++) {
    const digest = createHash('sha256').update(`${attempt}/${endpointId}`).digest()
    const id = digest.readUInt32BE(0) % IDS
    if (id !== 0 && !taken.has(id)) return id
  }
}

/** The ids of a whole pool, given out in the order of the endpoints' names. */
export function serverIds(endpointIds: readonly string[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  const taken = new Set<number>()
  for (const endpointId of [...endpointIds].sort()) {
    const id = serverId(endpointId, taken)
    ids.set(endpointId, id)
    taken.add(id)
  }
  return ids
}
