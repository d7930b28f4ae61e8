import type { CallOptions } from '../connection/call.ts'
import { Fifo } from '../connection/fifo.ts'
import { NoNodeError } from '../errors/server-errors.ts'
import { joinPath } from '../protocol/path.ts'

/** Reads on the wire at a time: enough to keep the server busy, few enough for the answers to be small together. */
const READ_AHEAD = 64

/** What this takes of a client. */
export interface Reading {
  getChildren(path: string, options: CallOptions): Promise<string[]>
}

/** See `ZooKeeper.walk`. */
export async function* walk(
  client: Reading,
  path: string,
  options: CallOptions,
): AsyncGenerator<string, void, undefined> {
  const waiting = new Fifo<string>()
  const asked = new Fifo<{ readonly path: string; readonly children: Promise<Children> }>()
  const ask = () => {
    while (asked.length < READ_AHEAD) {
      const next = waiting.shift()
      if (next === undefined) return
      const children = childrenOf(client, next, options)
      // Who leaves the loop early, or fails at another znode, does not hear of this one's failure.
      children.catch(() => undefined)
      asked.push({ path: next, children })
    }
  }
  waiting.push(path)
  ask()
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    const children = await next.children
    for (const name of children ?? []) waiting.push(joinPath(next.path, name))
    ask()
    if (children !== undefined) yield next.path
  }
}

type Children = readonly string[] | undefined

async function childrenOf(client: Reading, path: string, options: CallOptions): Promise<Children> {
  try {
    return await client.getChildren(path, options)
  } catch (error) {
    if (error instanceof NoNodeError) return undefined
    throw error
  }
}
