import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { agentCommand } from './commands/agent.ts'
import { applyCommand } from './commands/apply.ts'
import { completionCommand } from './commands/completion.ts'
import { devCommand } from './commands/dev.ts'
import { diffCommand } from './commands/diff.ts'
import { drainCommand } from './commands/drain.ts'
import { getCommand } from './commands/get.ts'
import { historyCommand } from './commands/history.ts'
import { registerCommand } from './commands/register.ts'
import { releaseCommand } from './commands/release.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { statusCommand } from './commands/status.ts'
import { supervisorCommand } from './commands/supervisor.ts'
import { undrainCommand } from './commands/undrain.ts'
import { weightCommand } from './commands/weight.ts'
import { addConnectionOptions, inheritConnectionOptions } from './connect.ts'

const HELP = `
One machine:      zoogate dev examples/shop.yaml
Desired state:    zoogate apply shop.yaml; zoogate status; zoogate rollback
One instance:     zoogate drain shop shop-1; zoogate undrain shop shop-1
Exit codes:       0 done, 1 failed, 2 what was asked for makes no sense (nothing was changed)`

/** The whole command line. Every command is a file below `commands/`. */
export function createProgram(): Command {
  const program = addConnectionOptions(new Command('zoogate'))
    .description('ZooKeeper as the control plane of a web tier.')
    .version(version(), '-V, --version')
    .enablePositionalOptions()
    .addHelpText('after', HELP)
  for (const command of [
    devCommand(),
    applyCommand(),
    diffCommand(),
    getCommand(),
    historyCommand(),
    rollbackCommand(),
    statusCommand(),
    drainCommand(),
    undrainCommand(),
    weightCommand(),
    releaseCommand(),
    agentCommand(),
    registerCommand(),
    completionCommand(),
  ]) {
    program.addCommand(command.exitOverride())
  }
  program.addCommand(supervisorCommand().exitOverride(), { hidden: true })
  inheritConnectionOptions(program)
  return program.exitOverride()
}

/** Of the package, wherever it lies: `src/cli` and `dist/cli` are equally deep. */
function version(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
