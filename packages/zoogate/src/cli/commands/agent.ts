import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { ZooKeeper } from '@zoogate/zookeeper'
import { Command } from 'commander'
import { pino } from 'pino'
import { Agent } from '../../agent/agent.ts'
import { DEFAULT_CONFIG_FILE, readHostConfig } from '../../agent/host-config.ts'
import { defaultNodeFolder } from '../../agent/node-paths.ts'
import { enginesOfThisHost } from '../../engines/this-host.ts'
import { DEFAULT_KEY_FILE } from '../../store/secrets/key-file.ts'
import { treePaths } from '../../store/tree-paths.ts'
import { CliError, usageError } from '../cli-error.ts'
import { addConnectionOptions, connectionFlags, findZooKeeper } from '../connection-options.ts'

const SESSION_TIMEOUT_MS = 10_000
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** What a Gateway's and a node's name may be: they become parts of znode paths. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

const HELP = `
Follows the Gateway's rollout and its services in ZooKeeper, and makes this host's engine have what they say.
It serves from the last good state on the disk when ZooKeeper is away. Its own end does not touch traffic: the engine
and its supervisor go on, and the next agent continues where it left off. \`zoogate status\` tells how it fares.

Examples:
  zoogate agent --gateway edge
  zoogate agent --gateway edge --node lb-1 --folder /var/lib/zoogate/edge --zookeeper zk1:2181,zk2:2181,zk3:2181`

interface AgentFlags {
  readonly gateway: string
  readonly node: string
  readonly folder?: string
  readonly config?: string
  readonly keys?: string
  readonly once?: true
}

/** `zoogate agent`: one on each load balancer's host. */
export function agentCommand(): Command {
  const command = new Command('agent')
    .summary("run a Gateway's engine on this host, as ZooKeeper says")
    .description("Run a Gateway's engine on this host, as ZooKeeper says.")
    .requiredOption('--gateway <name>', 'the Gateway that this host is a node of')
    .option('--node <name>', "the node's name, unique in the Gateway", hostname())
    .option(
      '--folder <path>',
      "the node's own folder: state, generations, logs (default: stateFolder of the configuration, and the Gateway's name)",
    )
    .option(
      '--config <file>',
      `what the host allows to be asked of it (default: ${DEFAULT_CONFIG_FILE}, if it is there)`,
    )
    .option(
      '--keys <file>',
      `what Secrets are decrypted with (default: ZOOGATE_KEYS, then secrets.keys of the configuration, then ${DEFAULT_KEY_FILE})`,
    )
    .option('--once', 'end when the target is served, or cannot be; the engine goes on')
    .addHelpText('after', HELP)
    .action(async (flags: AgentFlags) => {
      await run(command, flags)
      // An engine's slow answer, which the agent does not wait for, would keep the process.
      process.exit()
    })
  return addConnectionOptions(command)
}

async function run(command: Command, flags: AgentFlags): Promise<void> {
  for (const [option, name] of Object.entries({ gateway: flags.gateway, node: flags.node })) {
    if (!NAME.test(name)) throw usageError(`--${option} ${name} is not a name`)
  }
  const settings = await readHostConfig(flags.config === undefined ? {} : { file: flags.config })
  const keyFile = flags.keys ?? process.env['ZOOGATE_KEYS'] ?? settings.keyFile
  const found = await findZooKeeper(connectionFlags(command))
  const folder = resolve(flags.folder ?? defaultNodeFolder(flags.gateway, settings.stateFolder))
  const log = pino({ name: 'zoogate-agent' }, pino.destination({ dest: 2, sync: false }))
  await using client = newClient(found.connectString, found.root)
  const agent = new Agent({
    client,
    connectString: found.connectString,
    root: found.root,
    gateway: flags.gateway,
    node: flags.node,
    folder,
    settings: { ...settings, keyFile: resolve(keyFile) },
    engines: await enginesOfThisHost(log),
    log: log.child({ gateway: flags.gateway, node: flags.node }),
  })
  log.info({ zookeeper: found.connectString, root: found.root, folder }, 'the agent starts')
  const signalled = new Promise<NodeJS.Signals>((done) => {
    for (const signal of SIGNALS) process.once(signal, done)
  })
  try {
    await agent.start()
    const ends = [signalled, agent.failed]
    const reason = await Promise.race(flags.once ? [...ends, agent.settled()] : ends)
    log.info({ reason: reason ?? 'settled' }, 'the agent ends; the engine goes on')
  } finally {
    await agent.stop()
  }
  const { state, lastError } = agent.report
  if (flags.once && state !== 'ready') {
    throw new CliError(`the node is ${state}: ${lastError?.message ?? 'see its log'}`)
  }
}

function newClient(connectString: string, root: string): ZooKeeper {
  try {
    treePaths(root)
    return new ZooKeeper(connectString, { sessionTimeoutMs: SESSION_TIMEOUT_MS })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}
