import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { packageFile } from '../package/files.ts'
import { addConnectionOptions, inheritConnectionOptions } from './connection-options.ts'

const HELP = `
One machine:      zoogate dev examples/shop.yaml
Desired state:    zoogate apply shop.yaml; zoogate status; zoogate rollback
One instance:     zoogate drain shop shop-1; zoogate undrain shop shop-1
Your own files:   zoogate import /etc/haproxy/haproxy.cfg; zoogate apply edge.yaml
What to write:    zoogate explain HTTPRoute.spec.rules; zoogate schema > zoogate.schema.json
Exit codes:       0 done, 1 failed, 2 what was asked for makes no sense (nothing was changed)`

/** In the order of the help. Each is loaded when it is asked for: a command brings only what it needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./commands/dev.ts')).devCommand(),
  apply: async () => (await import('./commands/apply.ts')).applyCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  diff: async () => (await import('./commands/diff.ts')).diffCommand(),
  get: async () => (await import('./commands/get.ts')).getCommand(),
  history: async () => (await import('./commands/history.ts')).historyCommand(),
  rollback: async () => (await import('./commands/rollback.ts')).rollbackCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  drain: async () => (await import('./commands/drain.ts')).drainCommand(),
  undrain: async () => (await import('./commands/undrain.ts')).undrainCommand(),
  weight: async () => (await import('./commands/weight.ts')).weightCommand(),
  release: async () => (await import('./commands/release.ts')).releaseCommand(),
  key: async () => (await import('./commands/key.ts')).keyCommand(),
  register: async () => (await import('./commands/register.ts')).registerCommand(),
  agent: async () => (await import('./commands/agent.ts')).agentCommand(),
  explain: async () => (await import('./commands/explain.ts')).explainCommand(),
  schema: async () => (await import('./commands/schema.ts')).schemaCommand(),
  zookeeper: async () => (await import('./commands/zookeeper.ts')).zookeeperCommand(),
  completion: async () => (await import('./commands/completion.ts')).completionCommand(),
  supervisor: async () => (await import('./commands/supervisor.ts')).supervisorCommand(),
}

/** Started by agents and service managers, not by people. */
const HIDDEN: ReadonlySet<string> = new Set(['supervisor'])

/**
 * The command line. Every command is a file below `commands/`.
 * @param first the first argument: where it names a command, the others are left out
 */
export async function createProgram(first?: string): Promise<Command> {
  const program = addConnectionOptions(new Command('zoogate'))
    .description('ZooKeeper as the control plane of a web tier.')
    .version(version(), '-V, --version')
    .enablePositionalOptions()
    .addHelpText('after', HELP)
  const onlyOne = first !== undefined && first !== 'completion' && Object.hasOwn(COMMANDS, first)
  for (const name of onlyOne ? [first] : Object.keys(COMMANDS)) {
    const command = await COMMANDS[name]?.()
    if (command !== undefined) {
      program.addCommand(command.exitOverride(), { hidden: HIDDEN.has(name) })
    }
  }
  inheritConnectionOptions(program)
  return program.exitOverride()
}

/** Of the package. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
