import type { ConnectionCounts } from '../nginx/connection-counts.ts'

/**
 * What `server-status?auto` answers. The connection that asked is among those that are being answered,
 * and is left out. Undefined: not such an answer.
 */
export function parseConnectionCounts(text: string): ConnectionCounts | undefined {
  const number = (name: string) => new RegExp(`^${name}: (\\d{1,9})$`, 'm').exec(text)?.[1]
  const busy = number('BusyWorkers')
  const kept = number('ConnsAsyncKeepAlive')
  if (busy === undefined || kept === undefined) return undefined
  return { idle: Number(kept), busy: Math.max(0, Number(busy) - 1) }
}
