import { Value } from 'typebox/value'
import { type NodeReport, NodeReportSchema } from '../model/node-report.ts'
import { decodeJson } from './revision.ts'
import type { StoreContext } from './revision-reader.ts'
import { StoreError } from './store-error.ts'
import { mapBounded, readChildren, readZnode } from './znodes.ts'

const REQUESTS_AT_ONCE = 64

export interface NodeStatus {
  readonly name: string
  /** Its agent has a session. Where it has none, the report is the last one, and traffic flows on. */
  readonly alive: boolean
  /** Undefined: there is none yet, or it is not one. */
  readonly report?: NodeReport
}

/** The nodes of a Gateway and what each last said of itself, sorted by name. */
export async function readNodes(
  { client, paths }: StoreContext,
  gateway: string,
): Promise<readonly NodeStatus[]> {
  const names = await readChildren(client, paths.nodes(gateway))
  return mapBounded(names, REQUESTS_AT_ONCE, async (name) => {
    const path = paths.node(gateway, name)
    const [znode, alive] = await Promise.all([
      readZnode(client, path),
      readZnode(client, paths.nodeAlive(gateway, name)),
    ])
    const report = parse(znode?.data ?? null, path)
    return { name, alive: alive !== undefined, ...(report === undefined ? {} : { report }) }
  })
}

function parse(data: Buffer | null, path: string): NodeReport | undefined {
  if (data === null || data.length === 0) return undefined
  try {
    const value = decodeJson(data, path)
    return Value.Check(NodeReportSchema, value) ? value : undefined
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
