import { BalancerError, instanceId, ownAddress, registrationOf } from '@zoogate/balancer'
import { Command, InvalidArgumentError, Option } from 'commander'
import { SERVICE_DEFAULTS } from '../../model/resources/service-defaults.ts'
import { parseDuration } from '../../model/values/duration.ts'
import {
  parseProbe,
  Sidecar,
  type SidecarCheck,
  type SidecarOptions,
} from '../../registrar/index.ts'
import { usageError } from '../cli-error.ts'
import { addConnectionOptions, connectionFlags, findZooKeeper } from '../connection-options.ts'

const DEFAULT_DRAIN = '5s'
const DEFAULT_STOP_TIMEOUT = '10s'

/** At these the sidecar drains and ends; at a second one it is in a hurry. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

const HELP = `
Runs PROGRAM, checks it, and registers it as an instance of the service for as long as the check passes.
Load balancers follow within milliseconds:
  - the program ends, or the check fails: the instance is down at once, and up again when the check passes
  - SIGTERM or Ctrl-C: it drains (no new requests) for --drain, then the program gets SIGTERM
  - kill -9 of zoogate register itself: the registration goes when its session ends, after 10 s
The program starts again when it ends by itself; it starts and serves without ZooKeeper, too.
It finds its port in the variable PORT. Without PROGRAM, something that runs elsewhere is checked and registered.

Checks:
  tcp                   it accepts connections (the default)
  http:/healthz         GET answers with a status from 200 to 399
  http:200-299:/ready   GET answers with a status of that range
  exec:COMMAND          a shell command on this host ends with 0

Examples:
  zoogate register --service shop --port 3000 --health http:/healthz -- node app.js
  zoogate register --service shop --port 3000 --id shop-1 --weight 2 --metadata version=1.4 -- ./shop
  zoogate register --service legacy --address 192.0.2.7 --port 8080 --health tcp

Exit code: the program's own; 0 after it was told to end; 1 when the id is taken.`

interface RegisterFlags {
  readonly service: string
  readonly port: number
  readonly address?: string
  readonly id?: string
  readonly weight?: number
  readonly zone?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly health: SidecarCheck['probe']
  readonly interval: number
  readonly timeout: number
  readonly rise: number
  readonly fall: number
  readonly drain: number
  readonly stopTimeout: number
  readonly restart: boolean
}

/** `zoogate register`: the sidecar. */
export function registerCommand(): Command {
  const command = new Command('register')
    .summary('run a program and register it as an instance of a service')
    .description('Run a program and register it as an instance of a service.')
    .usage('--service NAME --port PORT [options] [-- PROGRAM ARGUMENTS...]')
    .requiredOption('--service <name>', 'the Service that it is an instance of')
    .requiredOption('--port <port>', 'the port that it serves on', wholeNumber(1, 65_535))
    .option('--address <ip>', 'where load balancers reach it (default: as seen by ZooKeeper)')
    .option('--id <id>', 'its name; give one to keep it over restarts (default: host-port-random)')
    .option(
      '--weight <n>',
      'its share beside the others, 0 to 256 (default: 1)',
      wholeNumber(0, 256),
    )
    .option('--zone <zone>', 'where it runs, for people and policies')
    .addOption(
      new Option('--metadata <key=value>', 'a fact about it, repeatable')
        .argParser(addMetadata)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--health <check>', 'tcp, http:/PATH or exec:COMMAND')
        .argParser(readProbe)
        .default({ type: 'tcp' }, 'tcp'),
    )
    .addOption(timeOption('--interval <time>', 'from check to check', SERVICE_DEFAULTS.interval))
    .addOption(
      timeOption('--timeout <time>', 'how long a check may take', SERVICE_DEFAULTS.timeout),
    )
    .option('--rise <n>', 'passes that make it up', wholeNumber(1, 100), SERVICE_DEFAULTS.rise)
    .option('--fall <n>', 'failures that make it down', wholeNumber(1, 100), SERVICE_DEFAULTS.fall)
    .addOption(timeOption('--drain <time>', 'how long it drains before it ends', DEFAULT_DRAIN))
    .addOption(
      timeOption(
        '--stop-timeout <time>',
        'how long the program may take to end',
        DEFAULT_STOP_TIMEOUT,
      ),
    )
    .option('--no-restart', 'end with the program instead of starting it again')
    .argument('[program...]', 'what to run, after --')
    .addHelpText('after', HELP)
    .action(async (program: readonly string[], flags: RegisterFlags, command: Command) => {
      process.exitCode = await runSidecar(await sidecarOptions(program, flags, command))
    })
  return addConnectionOptions(command)
}

async function runSidecar(options: SidecarOptions): Promise<number> {
  const sidecar = new Sidecar(options)
  const onSignal = () => void sidecar.leave()
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await sidecar.run()
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

async function sidecarOptions(
  [executable, ...args]: readonly string[],
  flags: RegisterFlags,
  command: Command,
): Promise<SidecarOptions> {
  const { connectString, root } = await findZooKeeper(connectionFlags(command))
  const registration = {
    zookeeper: connectString,
    root,
    service: flags.service,
    port: flags.port,
    address: flags.address ?? (await ownAddress(connectString)),
    id: flags.id ?? instanceId(flags.port),
    metadata: flags.metadata,
    ...(flags.weight === undefined ? {} : { weight: flags.weight }),
    ...(flags.zone === undefined ? {} : { zone: flags.zone }),
  }
  // What ZooKeeper's readers would refuse is refused now, not at the first pass of the check.
  try {
    registrationOf(registration)
  } catch (error) {
    throw error instanceof BalancerError ? usageError(error.message) : error
  }
  return {
    registration,
    check: {
      probe: flags.health,
      intervalMs: flags.interval,
      timeoutMs: flags.timeout,
      rise: flags.rise,
      fall: flags.fall,
    },
    drainMs: flags.drain,
    log: (line) => process.stderr.write(`zoogate register: ${line}\n`),
    ...(executable === undefined
      ? {}
      : {
          program: {
            command: executable,
            args,
            restart: flags.restart,
            stopTimeoutMs: flags.stopTimeout,
          },
        }),
  }
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

function duration(text: string): number {
  const parsedMs = parseDuration(text)
  if (parsedMs === undefined) throw new InvalidArgumentError('Write it like 500ms, 5s or 1m30s.')
  return parsedMs
}

function timeOption(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, description).argParser(duration).default(duration(byDefault), byDefault)
}

function readProbe(text: string): SidecarCheck['probe'] {
  const probe = parseProbe(text)
  if (probe !== undefined) return probe
  throw new InvalidArgumentError('Write tcp, http:/healthz, http:200-299:/healthz or exec:COMMAND.')
}

function addMetadata(
  text: string,
  former: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('Write it like version=1.4.')
  }
  return Object.fromEntries([...Object.entries(former), [key, value]])
}
