import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { readStatus } from '../read-status.ts'
import type { StatusReport } from '../status-report.ts'
import { statusText } from '../status-text.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

const WATCH_EVERY_MS = 1000
/** Clears the terminal and goes to its first place (ECMA-48). */
const CLEAR = '\u001b[2J\u001b[H'

interface StatusFlags {
  readonly json?: boolean
  readonly watch?: boolean
}

/** `zoogate status`: Gateways, nodes, instances, and everything that is not as it was asked for. */
export function statusCommand(): Command {
  return addConnectionOptions(new Command('status'))
    .description('show Gateways, their nodes, and the instances that they balance over')
    .option('--json', 'answer with JSON; with --watch one line for each change')
    .option('-w, --watch', 'go on until Ctrl-C')
    .action(async (flags: StatusFlags, command: Command) => {
      const terminal = processTerminal()
      await withConnection(command, async ({ store }) => {
        if (flags.watch === true) await watch(terminal, flags, () => readStatus(store))
        else terminal.out(render(await readStatus(store), flags, terminal))
      })
    })
}

function render(status: StatusReport, flags: StatusFlags, terminal: Terminal): string {
  if (flags.json !== true) return statusText(status, terminal)
  return JSON.stringify(status, null, flags.watch === true ? 0 : 2)
}

async function watch(
  terminal: Terminal,
  flags: StatusFlags,
  read: () => Promise<StatusReport>,
): Promise<void> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  let last = ''
  while (!stop.signal.aborted) {
    const text = render(await read(), flags, terminal)
    if (text !== last) terminal.out(terminal.isTTY && flags.json !== true ? CLEAR + text : text)
    last = text
    await delay(WATCH_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
}
