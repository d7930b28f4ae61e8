// Seen from outside: slow requests as they come, and counters for a metrics page.
import { subscribeDiagnostics, ZooKeeper } from '@zoogate/zookeeper'

const SLOW_MS = 100

const unsubscribe = subscribeDiagnostics('zookeeper:request:answered', (message) => {
  const { client, operation, path, durationMs } = message
  if (durationMs > SLOW_MS) console.warn(`${client}: ${operation} ${path}: ${durationMs} ms`)
})

/** The counters of a client as Prometheus wants them. */
function metrics(zk: ZooKeeper): string {
  const stats = zk.stats()
  const lines = [`zookeeper_reconnects_total ${stats.connections.reconnects}`]
  for (const [operation, counts] of Object.entries(stats.requestsByOperation)) {
    for (const [outcome, count] of Object.entries(counts)) {
      lines.push(`zookeeper_requests_total{operation="${operation}",outcome="${outcome}"} ${count}`)
    }
  }
  for (const { upToMs, count } of stats.latency.buckets) {
    const bound = upToMs === Infinity ? '+Inf' : String(upToMs / 1_000)
    lines.push(`zookeeper_latency_seconds_bucket{le="${bound}"} ${count}`)
  }
  lines.push(`zookeeper_latency_seconds_sum ${stats.latency.sumMs / 1_000}`)
  lines.push(`zookeeper_latency_seconds_count ${stats.latency.count}`)
  return lines.join('\n')
}

{
  await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181', { name: 'shop' })
  await zk.connect({ timeoutMs: 10_000 })
  await Promise.all(Array.from({ length: 100 }, () => zk.exists('/')))
  console.log(metrics(zk))
}
unsubscribe()
