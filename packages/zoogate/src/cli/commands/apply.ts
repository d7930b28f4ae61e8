import { Command } from 'commander'
import { type AppliedFiles, applyLoaded } from '../../desired/apply-files.ts'
import { DesiredStateError } from '../../desired/desired-state-error.ts'
import { loadValidFiles } from '../../desired/load-files.ts'
import { hasChanges } from '../../store/merge-resources.ts'
import { author } from '../author.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { addKeysOption, keys } from '../keys.ts'
import { changeLines, planLines, printJson, printWarnings } from '../output.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

interface ApplyFlags {
  readonly prune?: boolean
  readonly message?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `zoogate apply FILE…`: makes what files hold the desired state. */
export function applyCommand(): Command {
  return addKeysOption(addConnectionOptions(new Command('apply')))
    .description('make what files hold the desired state')
    .argument(
      '<file...>',
      'YAML or JSON; a folder stands for the files in it, - for standard input',
    )
    .option('--prune', 'delete what the files do not hold')
    .option('-m, --message <text>', 'why, for the history')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--json', 'answer with JSON')
    .action(async (files: readonly string[], flags: ApplyFlags, command: Command) => {
      const terminal = processTerminal()
      try {
        // First: what is wrong in a file is told where there is no ZooKeeper, too.
        const loaded = await loadValidFiles(files)
        const applied = await withConnection(command, ({ store }) =>
          applyLoaded(store, loaded, {
            others: flags.prune === true ? 'delete' : 'keep',
            mode: flags.dryRun === true ? 'plan' : 'apply',
            author: author(),
            keys: keys(command),
            ...(flags.message === undefined ? {} : { message: flags.message }),
          }),
        )
        if (flags.json === true) printJson(terminal, toJson(applied))
        else printApplied(terminal, applied, flags)
      } catch (error) {
        if (flags.json === true && error instanceof DesiredStateError) {
          printJson(terminal, { changed: false, errors: error.issues })
        }
        throw error
      }
    })
}

function toJson({ revision, changed, changes, gateways, warnings }: AppliedFiles) {
  return { revision, changed, changes, gateways, warnings }
}

function printApplied(terminal: Terminal, applied: AppliedFiles, flags: ApplyFlags): void {
  printWarnings(terminal, applied.warnings)
  if (!hasChanges(applied.changes)) {
    terminal.out(`nothing to change: revision ${applied.revision} is this already`)
    return
  }
  for (const line of changeLines(applied.changes, terminal)) terminal.out(line)
  for (const line of planLines(applied.gateways, terminal)) terminal.out(line)
  terminal.out(
    flags.dryRun === true
      ? `dry run: nothing was changed, revision ${applied.revision} stays`
      : `revision ${applied.revision}`,
  )
}
