import { Command } from 'commander'
import { formatDuration, parseDuration } from '../../model/values/duration.ts'
import { usageError } from '../cli-error.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { runOverride } from '../override-command.ts'

const REASON_CHARACTERS_MAX = 200
const LONGEST_MS = 30 * 24 * 3_600_000

interface DrainFlags {
  readonly for?: string
  readonly reason?: string
  readonly down?: boolean
  readonly json?: boolean
}

/** `zoogate drain SERVICE INSTANCE`: no new requests, what it has is finished. */
export function drainCommand(): Command {
  return addConnectionOptions(new Command('drain'))
    .description('give an instance no new requests; what it has, it finishes')
    .argument('<service>', 'the Service')
    .argument('<instance>', 'the instance, as `zoogate status` names it')
    .option('--for <duration>', 'only so long, such as 10m (default: until `zoogate undrain`)')
    .option('--reason <text>', 'why, for others who look at it')
    .option('--down', 'not even the requests of its own sessions')
    .option('--json', 'answer with JSON')
    .action(async (service: string, instance: string, flags: DrainFlags, command: Command) => {
      const forMs = durationOf(flags.for)
      const reason = flags.reason?.slice(0, REASON_CHARACTERS_MAX)
      await runOverride(command, {
        service,
        instance,
        presence: 'required',
        json: flags.json === true,
        change: (by) => (before) => ({
          v: 1,
          state: flags.down === true ? 'down' : 'draining',
          ...(before?.weight === undefined ? {} : { weight: before.weight }),
          ...(forMs === undefined ? {} : { until: Date.now() + forMs }),
          by,
          ...(reason === undefined ? {} : { reason }),
        }),
      })
    })
}

function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms
  throw usageError(`--for must be a duration up to ${formatDuration(LONGEST_MS)}, such as 10m`)
}
