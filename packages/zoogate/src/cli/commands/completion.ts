import { Argument, Command } from 'commander'
import { KINDS } from '../../model/resources/resource.ts'
import { allFields } from '../../model/schema/explain.ts'
import { completionScript, SHELLS, type Shell } from '../completion-script.ts'
import { processTerminal } from '../terminal.ts'

/** `zoogate completion bash|zsh|fish`: what a shell completes `zoogate` by. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print what a shell completes zoogate by')
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS]))
    .addHelpText(
      'after',
      `
bash:  source <(zoogate completion bash)      # in ~/.bashrc
zsh:   source <(zoogate completion zsh)       # in ~/.zshrc, after compinit
fish:  zoogate completion fish > ~/.config/fish/completions/zoogate.fish`,
    )
    .action((shell: Shell, _flags: unknown, command: Command) => {
      processTerminal().out(completionScript(shell, describe(command.parent ?? command)))
    })
}

function describe(program: Command) {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      ...wordsOf(command.name()),
      options: command.options
        .filter((option) => !option.hidden && option.long !== undefined)
        .map((option) => ({ long: option.long ?? '', summary: option.description })),
    }))
}

/** What a command's argument may be, where there is a list of it. */
function wordsOf(command: string): { readonly words?: readonly string[] } {
  if (command === 'explain') return { words: allFields() }
  return command === 'get' ? { words: KINDS } : {}
}
