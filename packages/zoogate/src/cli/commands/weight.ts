import { Command } from 'commander'
import { usageError } from '../cli-error.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { runOverride } from '../override-command.ts'

const WEIGHT_MAX = 256

/** `zoogate weight SERVICE INSTANCE N`: an instance's share beside the others. */
export function weightCommand(): Command {
  return addConnectionOptions(new Command('weight'))
    .description("set an instance's share of the requests beside the others")
    .argument('<service>', 'the Service')
    .argument('<instance>', 'the instance, as `zoogate status` names it')
    .argument('<weight>', `0 to ${WEIGHT_MAX}, or "own" for what the instance says itself`)
    .option('--json', 'answer with JSON')
    .action(
      async (
        service: string,
        instance: string,
        text: string,
        flags: { readonly json?: boolean },
        command: Command,
      ) => {
        const weight = parseWeight(text)
        await runOverride(command, {
          service,
          instance,
          presence: weight === undefined ? 'any' : 'required',
          json: flags.json === true,
          change: (by) => (before) => {
            const { weight: _, ...rest } = before ?? { v: 1, by }
            if (weight !== undefined) return { ...rest, v: 1, weight, by }
            return rest.state === undefined ? undefined : { ...rest, v: 1, by }
          },
        })
      },
    )
}

function parseWeight(text: string): number | undefined {
  if (text === 'own') return undefined
  const weight = Number(text)
  if (/^[0-9]{1,3}$/.test(text) && weight <= WEIGHT_MAX) return weight
  throw usageError(`the weight must be a whole number from 0 to ${WEIGHT_MAX}, or "own"`)
}
