import { Command } from 'commander'
import { author } from '../author.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { requireService } from '../instances.ts'
import { printJson } from '../output.ts'
import { processTerminal } from '../terminal.ts'

/** `zoogate release SERVICE`: acknowledges a hold, so that lost endpoints go. */
export function releaseCommand(): Command {
  return addConnectionOptions(new Command('release'))
    .description('let go of the lost endpoints that a Service holds (see protection)')
    .argument('<service>', 'the Service')
    .option('--json', 'answer with JSON')
    .action(async (service: string, flags: { readonly json?: boolean }, command: Command) => {
      const release = await withConnection(command, async ({ store }) => {
        await requireService(store, service)
        return store.release({ service, by: author() })
      })
      const terminal = processTerminal()
      if (flags.json === true) printJson(terminal, { service, ...release })
      else terminal.out(`${service}: what was lost up to now is let go`)
    })
}
