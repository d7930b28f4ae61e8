import { type ParsedRegistration, parseRegistration } from '@zoogate/balancer'
import type { StoreContext } from './revision-reader.ts'
import { mapBounded, readChildren, readZnode } from './znodes.ts'

const REQUESTS_AT_ONCE = 64

export interface FoundRegistration {
  readonly path: string
  readonly id: string
  readonly parsed: ParsedRegistration
}

/** What is registered at a discovery path now, sorted by id; what is no registration with the reason. */
export async function readRegistrations(
  { client }: StoreContext,
  discoveryPath: string,
): Promise<readonly FoundRegistration[]> {
  const ids = await readChildren(client, discoveryPath)
  const found = await mapBounded(ids, REQUESTS_AT_ONCE, async (id) => {
    const path = discoveryPath === '/' ? `/${id}` : `${discoveryPath}/${id}`
    const znode = await readZnode(client, path)
    // Gone since the children were read.
    return znode === undefined ? [] : [{ path, id, parsed: parseRegistration(id, znode.data) }]
  })
  return found.flat()
}
