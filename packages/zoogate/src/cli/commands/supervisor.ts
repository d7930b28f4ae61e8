import { Command } from 'commander'
import { runSupervisor } from '../../supervisor/index.ts'

/**
 * `zoogate supervisor --folder FOLDER`: what a service manager starts for each engine. Hidden in the
 * help: people start agents, and agents start supervisors.
 */
export function supervisorCommand(): Command {
  return new Command('supervisor')
    .description('run one engine of this host (started by agents and service managers)')
    .requiredOption('--folder <folder>', "the node's folder, with supervisor.json in it")
    .action(async (options: { readonly folder: string }) => {
      await runSupervisor({ folder: options.folder, startedBy: 'none' })
    })
}
