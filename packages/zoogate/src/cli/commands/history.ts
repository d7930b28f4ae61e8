import { Command } from 'commander'
import { usageError } from '../cli-error.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { printJson } from '../output.ts'
import { formatTable, printable } from '../table.ts'
import { processTerminal } from '../terminal.ts'

const DEFAULT_ENTRIES = 20
const ENTRIES_MAX = 1000

/** `zoogate history`: the revisions, newest first. */
export function historyCommand(): Command {
  return addConnectionOptions(new Command('history'))
    .description('list the revisions, newest first')
    .option('-n, --limit <number>', 'so many of them', String(DEFAULT_ENTRIES))
    .option('--json', 'answer with JSON')
    .action(
      async (flags: { readonly limit: string; readonly json?: boolean }, command: Command) => {
        const limit = Number(flags.limit)
        if (!Number.isInteger(limit) || limit < 1 || limit > ENTRIES_MAX) {
          throw usageError(`--limit must be a number from 1 to ${ENTRIES_MAX}`)
        }
        const entries = await withConnection(command, ({ store }) => store.history(limit))
        const terminal = processTerminal()
        if (flags.json === true) {
          const revisions = entries.map(({ number, revision }) => ({
            revision: number,
            parent: revision.parent,
            author: revision.author,
            message: revision.message,
            createdAt: revision.createdAt,
            resources: Object.keys(revision.resources).length,
          }))
          printJson(terminal, { revisions })
        } else if (entries.length === 0) terminal.out('nothing was applied yet')
        else {
          const rows = entries.map(({ number, revision }) => [
            String(number),
            revision.createdAt,
            printable(revision.author),
            String(Object.keys(revision.resources).length),
            printable(revision.message),
          ])
          const header = ['REVISION', 'CREATED', 'AUTHOR', 'RESOURCES', 'MESSAGE']
          terminal.out(formatTable(header, rows))
        }
      },
    )
}
