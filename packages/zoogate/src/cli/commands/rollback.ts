import { Command } from 'commander'
import { stateIssues } from '../../desired/check-state.ts'
import { invalidState } from '../../desired/desired-state-error.ts'
import { planGateways } from '../../desired/plan-gateways.ts'
import { NOTHING_DESIRED } from '../../model/resources/desired-state.ts'
import { author } from '../author.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { changeLines, planLines, printJson } from '../output.ts'
import { revisionNumber } from '../revision-number.ts'
import { processTerminal } from '../terminal.ts'

interface RollbackFlags {
  readonly message?: string
  readonly json?: boolean
}

/** `zoogate rollback [N]`: a new revision with the content of an earlier one. */
export function rollbackCommand(): Command {
  return addConnectionOptions(new Command('rollback'))
    .description('return to an earlier revision, by a new one that holds the same')
    .argument('[revision]', 'its number (default: the one before the newest)')
    .option('-m, --message <text>', 'why, for the history')
    .option('--json', 'answer with JSON')
    .action(async (text: string | undefined, flags: RollbackFlags, command: Command) => {
      const to = text === undefined ? undefined : revisionNumber(text)
      let before = NOTHING_DESIRED
      const written = await withConnection(command, ({ store }) =>
        store.rollback({
          author: author(),
          ...(to === undefined ? {} : { to }),
          ...(flags.message === undefined ? {} : { message: flags.message }),
          check: (resources, base) => {
            before = base
            const issues = stateIssues(resources, new Map())
            if (issues.length > 0) throw invalidState(issues)
          },
        }),
      )
      const { revision, changed, changes } = written
      const gateways = planGateways(before, written)
      const terminal = processTerminal()
      if (flags.json === true) {
        printJson(terminal, { revision, to: written.to, changed, changes, gateways })
      } else if (!changed)
        terminal.out(`revision ${revision} holds what ${written.to} held already`)
      else {
        for (const line of changeLines(changes, terminal)) terminal.out(line)
        for (const line of planLines(gateways, terminal)) terminal.out(line)
        terminal.out(`revision ${revision}, with the content of revision ${written.to}`)
      }
    })
}
