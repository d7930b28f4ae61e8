import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { DesiredStateError } from '../../desired/desired-state-error.ts'
import { DevSession } from '../../dev/session.ts'
import { DEFAULT_ROOT } from '../../store/tree-paths.ts'
import { CliError } from '../cli-error.ts'

const DEFAULT_PORT = 2181

interface DevFlags {
  readonly zookeeper?: string
  readonly root?: string
  readonly port: number
  readonly folder: string
}

export function devCommand(): Command {
  return new Command('dev')
    .summary('all of zoogate on this machine')
    .description(
      'Runs all of zoogate on this machine: an embedded ZooKeeper, an agent for each Gateway of the files, the sample instances of kind Demo. The files are the whole desired state; edit and save them, and the change is live. Ctrl-C ends everything that was started.',
    )
    .argument('<file...>', 'YAML files, or folders of them, with the desired state')
    .option('--zookeeper <hosts>', 'use this ZooKeeper instead of an embedded one')
    .option('--root <path>', `where zoogate lies in the tree (default: ${DEFAULT_ROOT})`)
    .option(
      '--port <number>',
      "the embedded ZooKeeper's port; the next free one where it is taken",
      parsePort,
      DEFAULT_PORT,
    )
    .option('--folder <path>', 'data, logs and run.json', '.zoogate')
    .action(async (files: string[], flags: DevFlags) => {
      const session = new DevSession({
        files,
        folder: resolve(flags.folder),
        root: flags.root ?? DEFAULT_ROOT,
        zookeeper: flags.zookeeper,
        port: flags.port,
        stream: process.stdout,
      })
      await runUntilSignalled(session)
    })
}

/** From a signal on everything ends, also what is only starting; a second signal changes nothing. */
async function runUntilSignalled(session: DevSession): Promise<void> {
  let signalled: () => void = () => {}
  const signal = new Promise<void>((resolve) => {
    signalled = resolve
  })
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, signalled)
  // A terminal that was closed takes no more output; what was started is ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const stopped = signal.then(() => session.stop())
  try {
    await session.start()
  } catch (error) {
    await session.stop()
    if (error instanceof CliError || error instanceof DesiredStateError) throw error
    throw new CliError(error instanceof Error ? error.message : String(error), { cause: error })
  }
  await stopped
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 1 to 65535.')
}
