import { homedir } from 'node:os'
import type { Command } from 'commander'
import { type FoundZooKeeper, locateZooKeeper, type ZooKeeperFlags } from './locate-zookeeper.ts'

/** Adds `--zookeeper` and `--root` to a command. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      '--zookeeper <hosts>',
      'ZooKeeper, as host:port,host:port (default: ZOOGATE_ZOOKEEPER, then .zoogate/run.json, then ~/.config/zoogate/config.yaml)',
    )
    .option('--root <path>', 'where zoogate lies in the tree (default: /zoogate)')
}

/** What a command was given of them, by itself or before its name. */
export function connectionFlags(command: Command): ZooKeeperFlags {
  return command.opts<ZooKeeperFlags>()
}

/** Hands `zoogate --zookeeper HOSTS COMMAND` on to the command, where it has the option and not its own word. */
export function inheritConnectionOptions(program: Command): void {
  program.hook('preAction', (_, command) => {
    for (const name of ['zookeeper', 'root']) {
      const value = program.getOptionValue(name)
      const takesIt = command.options.some((option) => option.attributeName() === name)
      if (value !== undefined && takesIt && command.getOptionValue(name) === undefined) {
        command.setOptionValueWithSource(name, value, 'cli')
      }
    }
  })
}

/** Looks where ZooKeeper is, from flags and the surroundings of this process. */
export function findZooKeeper(flags: ZooKeeperFlags = {}): Promise<FoundZooKeeper> {
  return locateZooKeeper(flags, {
    environment: process.env,
    folder: process.cwd(),
    home: homedir(),
  })
}
