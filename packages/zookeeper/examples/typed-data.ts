// Znodes that hold JSON of one shape, and a loop that follows one of them.
import { jsonSerializer, SerializationError, watchData, ZooKeeper } from '@zoogate/zookeeper'

interface Limits {
  readonly maxConnections: number
}

/** What a schema library's `parse` does: gives the value with its type, or throws. */
function parseLimits(value: unknown): Limits {
  if (typeof value === 'object' && value !== null && 'maxConnections' in value) {
    const { maxConnections } = value
    if (typeof maxConnections === 'number') return { maxConnections }
  }
  throw new TypeError('maxConnections must be a number')
}

await using zk = new ZooKeeper(process.env['ZOOKEEPER'] ?? '127.0.0.1:2181')
await zk.connect({ timeoutMs: 10_000 })
const limits = zk.withSerializer(jsonSerializer(parseLimits))
const path = await limits.create(
  '/example-limits-',
  { maxConnections: 10 },
  { mode: 'ephemeralSequential' },
)

// Somebody else would do this.
const changes = async () => {
  await limits.setData(path, { maxConnections: 20 })
  await zk.setData(path, 'not JSON')
}

try {
  for await (const state of watchData(limits, path)) {
    if (state === null) console.log('there are no limits')
    else console.log(`at most ${state.data.maxConnections} connections`)
    if (state?.stat.version === 0) void changes()
  }
} catch (error) {
  if (!(error instanceof SerializationError)) throw error
  console.log(error.message)
}
