import { Command } from 'commander'
import { addConnectionOptions } from '../connection-options.ts'
import { runOverride } from '../override-command.ts'

/** `zoogate undrain SERVICE INSTANCE`: takes back a drain. A weight that was set stays. */
export function undrainCommand(): Command {
  return addConnectionOptions(new Command('undrain'))
    .description('take back a drain: the instance says again what it is')
    .argument('<service>', 'the Service')
    .argument('<instance>', 'the instance')
    .option('--json', 'answer with JSON')
    .action(
      async (
        service: string,
        instance: string,
        flags: { readonly json?: boolean },
        command: Command,
      ) => {
        await runOverride(command, {
          service,
          instance,
          // It may have gone while it was drained.
          presence: 'any',
          json: flags.json === true,
          change: (by) => (before) =>
            before?.weight === undefined ? undefined : { v: 1, weight: before.weight, by },
        })
      },
    )
}
