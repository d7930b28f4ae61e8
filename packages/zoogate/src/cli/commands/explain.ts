import { Command } from 'commander'
import { carriedBy } from '../../engines/carried-by.ts'
import { KINDS } from '../../model/resources/resource.ts'
import { explainField } from '../../model/schema/explain.ts'
import { usageError } from '../cli-error.ts'
import { explanationText, type Told } from '../explanation-text.ts'
import { kindNamed } from '../kind-name.ts'
import { printJson } from '../output.ts'
import { formatTable, printable } from '../table.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

/** `zoogate explain [FIELD]`: what a field of a resource means. Needs no connection. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('tell what a field of a resource means, and which engines carry it')
    .argument('[field]', 'such as Gateway, or HTTPRoute.spec.rules.filters (default: the kinds)')
    .option('--json', 'answer with JSON')
    .action((field: string | undefined, { json }: { readonly json?: boolean }) => {
      const terminal = processTerminal()
      if (field === undefined) return printKinds(terminal, json === true)
      const told = explain(field)
      if (json === true) printJson(terminal, told)
      else terminal.out(explanationText(told, terminal.style))
    })
}

function printKinds(terminal: Terminal, json: boolean): void {
  const kinds = KINDS.map((kind) => ({ kind, meaning: explain(kind).meaning }))
  if (json) printJson(terminal, kinds)
  else {
    const rows = kinds.map(({ kind, meaning }) => [kind, meaning])
    terminal.out(formatTable(['KIND', 'MEANING'], rows))
  }
}

/** @throws CliError where there is no such field, with the nearest one */
export function explain(path: string): Told {
  const [first = '', ...rest] = path.split('.')
  const explained = explainField([kindNamed(first), ...rest].join('.'))
  if (!('explanation' in explained)) {
    const { known, unknown, nearest, choices } = explained
    const hint =
      nearest !== undefined
        ? `did you mean "${nearest}"?`
        : choices.length === 0
          ? 'nothing lies below it'
          : `known: ${choices.join(', ')}`
    throw usageError(`${known} has no field "${printable(unknown)}" (${hint})`)
  }
  const { explanation } = explained
  const [kind = '', area] = explanation.field.split('.')
  // Secrets and samples are no engine's affair, nor is what says who a resource is.
  const apart = kind === 'Secret' || kind === 'Demo' || (area !== undefined && area !== 'spec')
  return { ...explanation, carriers: apart ? [] : carriedBy(explanation.field) }
}
