import type { ConnectionCounts } from '../../shared/drain-window.ts'

/**
 * What `stub_status` answers. nginx keeps the counters in memory that all its workers share, those that
 * are shutting down too, and so every worker answers for all. The connection that asked is among those that are being answered, and
 * is left out here. Connections of a worker that was killed stay counted until nginx is restarted.
 * Undefined: not such an answer.
 */
export function parseConnectionCounts(text: string): ConnectionCounts | undefined {
  const [, reading, writing, waiting] =
    /^Reading: (\d{1,9}) Writing: (\d{1,9}) Waiting: (\d{1,9}) *$/m.exec(text) ?? []
  if (reading === undefined) return undefined
  return { idle: Number(waiting), busy: Math.max(0, Number(reading) + Number(writing) - 1) }
}
