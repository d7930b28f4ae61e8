import { Command } from 'commander'
import { addKey } from '../../store/secrets/key-file.ts'
import { addKeysOption, keyFile } from '../keys.ts'
import { processTerminal } from '../terminal.ts'

const HELP = `
Secrets (certificates with their keys, password hashes) are encrypted before they reach ZooKeeper. The newest key of the
file encrypts, all of them decrypt. The same file has to be where \`zoogate apply\` runs and on each load balancer's
host: to change keys, add one, copy the file everywhere, and apply.

Examples:
  zoogate key new                              adds a key to the file that apply would use
  zoogate key new --keys /etc/zoogate/keys`

/** `zoogate key new`. */
export function keyCommand(): Command {
  const command = new Command('key')
    .summary('keys that Secrets are encrypted with')
    .description('Keys that Secrets are encrypted with.')
    .addHelpText('after', HELP)
  command.addCommand(
    addKeysOption(new Command('new'))
      .description('add a new key to the key file, which is made where there is none')
      .action(async (_flags: unknown, self: Command) => {
        const file = await keyFile(self)
        const id = await addKey(file)
        processTerminal().out(`${file} has the key ${id} now: copy it to where the others are`)
      }),
  )
  return command
}
