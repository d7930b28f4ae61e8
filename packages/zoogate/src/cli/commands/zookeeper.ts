import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { Command, InvalidArgumentError } from 'commander'

const DEFAULT_PORT = 2181
const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_TICK_TIME_MS = 2_000
const SIGNALS = ['SIGTERM', 'SIGINT'] as const

const HELP = `
One node that keeps everything on disk: for development, tests, and what fits on one machine. In production run an
ensemble of Apache ZooKeeper instead: this one is gone as long as its machine is.

Examples:
  zoogate zookeeper --data /var/lib/zoogate/zookeeper
  zoogate zookeeper --data ./zk --port 0        a free port, named in the line that it prints

Exit code: 0 after SIGTERM or Ctrl-C; 1 when the port or the folder is taken, or the folder is damaged.`

interface ZooKeeperFlags {
  readonly data: string
  readonly port: number
  readonly host: string
  readonly tickTime: number
}

/** `zoogate zookeeper`: the embedded ZooKeeper alone. */
export function zookeeperCommand(): Command {
  return new Command('zookeeper')
    .summary('run the embedded ZooKeeper: one node, on disk')
    .description('Run the embedded ZooKeeper: one node, on disk.')
    .requiredOption('--data <folder>', 'where the tree is kept; made when it is not there')
    .option('--port <port>', 'the port to serve on, 0 for a free one', port, DEFAULT_PORT)
    .option('--host <host>', 'the address to serve on', DEFAULT_HOST)
    .option(
      '--tick-time <ms>',
      'sessions last 2 to 20 of these milliseconds',
      tickTime,
      DEFAULT_TICK_TIME_MS,
    )
    .addHelpText('after', HELP)
    .action(runZooKeeper)
}

async function runZooKeeper(flags: ZooKeeperFlags): Promise<void> {
  const server = new ZooKeeperServer({
    dataFolder: flags.data,
    host: flags.host,
    port: flags.port,
    tickTimeMs: flags.tickTime,
    log: (message) => process.stderr.write(`zoogate zookeeper: ${message}\n`),
  })
  // From here on: a signal in the middle of the start ends it too, just behind.
  const told = new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve())
  })
  await server.listen()
  process.stdout.write(`ZooKeeper serves on ${server.connectString}, data in ${flags.data}\n`)
  const stopped = server.stopped.then((reason) => {
    if (reason !== undefined) throw reason
  })
  try {
    await Promise.race([told, stopped])
  } finally {
    await server.close()
  }
}

function port(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  }
  return value
}

function tickTime(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 10 || value > 60_000) {
    throw new InvalidArgumentError('It must be a whole number of milliseconds, 10 to 60000.')
  }
  return value
}
