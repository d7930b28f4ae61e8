export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  /** What its argument may be. Absent: the name of a file. */
  readonly words?: readonly string[]
  readonly options: readonly { readonly long: string; readonly summary: string }[]
}

/** What a shell evaluates to complete commands, their options and files. Pure. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      // zsh's own wrapper runs bash's functions.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`
    case 'fish':
      return fish(commands)
  }
}

function bash(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name}) words='${options.map(({ long }) => long).join(' ')} --help' ;;`,
  )
  const arguments_ = commands.flatMap(({ name, words }) =>
    words === undefined ? [] : [`    ${name}) arguments='${words.join(' ')}' ;;`],
  )
  return `_zoogate() {
  local word=\${COMP_WORDS[COMP_CWORD]} words= arguments=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${arguments_.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) if [ -n "$arguments" ]; then COMPREPLY=($(compgen -W "$arguments" -- "$word")); return; fi
        COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _zoogate zoogate`
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, words, options }) => [
    `complete -c zoogate -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ...(words === undefined
      ? []
      : [
          `complete -c zoogate -f -n '__fish_seen_subcommand_from ${name}' -a ${quoted(words.join(' '))}`,
        ]),
    ...options.map(
      ({ long, summary: about }) =>
        `complete -c zoogate -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d ${quoted(about)}`,
    ),
  ])
  return lines.join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
