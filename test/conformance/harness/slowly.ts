import type { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

const PIECES = 8

/** Writes a body in pieces over a time, and ends it. Ends early where nobody reads any more. */
export async function endSlowly(stream: Writable, body: Buffer, overMs: number): Promise<void> {
  const size = Math.ceil(body.length / PIECES)
  for (let at = 0; at < body.length && !stream.destroyed; at += size) {
    stream.write(body.subarray(at, at + size))
    await wait(overMs / PIECES)
  }
  if (!stream.destroyed) stream.end()
}
