import { Command, Option } from 'commander'
import { KINDS, type Kind, type Resource, resourceKey } from '../../model/resources/resource.ts'
import { didYouMean } from '../../model/values/nearest-name.ts'
import { CliError } from '../cli-error.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { kindNamed } from '../kind-name.ts'
import { printJson } from '../output.ts'
import { resourceDetails } from '../resource-details.ts'
import { toYaml } from '../resource-yaml.ts'
import { revisionNumber } from '../revision-number.ts'
import { formatTable } from '../table.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

interface GetFlags {
  readonly revision?: string
  readonly output?: 'yaml' | 'json' | 'table'
  readonly json?: boolean
}

interface Wanted {
  readonly kind?: Kind
  readonly name?: string
}

/** `zoogate get [KIND[/NAME]]`: the desired state as it is kept. */
export function getCommand(): Command {
  return addConnectionOptions(new Command('get'))
    .description('show the desired state')
    .argument('[kind]', `${KINDS.join(', ')}, or one of them by KIND/NAME`)
    .argument('[name]', 'its name, as well as KIND/NAME')
    .option('--revision <number>', 'of this revision (default: the newest)')
    .addOption(
      new Option('-o, --output <format>', 'how (default: a table; one resource: yaml)').choices([
        'table',
        'yaml',
        'json',
      ]),
    )
    .option('--json', 'the same as -o json')
    .action(
      async (
        kind: string | undefined,
        name: string | undefined,
        flags: GetFlags,
        command: Command,
      ) => {
        const wanted = parseWanted(kind, name)
        const number = flags.revision === undefined ? undefined : revisionNumber(flags.revision)
        const resources = await withConnection(command, async ({ store }) =>
          store.readResources(number ?? (await store.readHead())),
        )
        const found = [...resources.values()].filter((resource) => isWanted(resource, wanted))
        if (wanted.name !== undefined && found.length === 0) {
          const names = [...resources.values()].filter(({ kind: k }) => k === wanted.kind)
          const hint = didYouMean(
            wanted.name,
            names.map(({ metadata }) => metadata.name),
          )
          throw new CliError(`there is no ${wanted.kind}/${wanted.name}${hint}`)
        }
        const format = flags.json === true ? 'json' : flags.output
        print(processTerminal(), found, wanted, format)
      },
    )
}

/** `service`, `Services`, `svc` and `Service/shop` are all understood. */
export function parseWanted(kindOrKey: string | undefined, name: string | undefined): Wanted {
  if (kindOrKey === undefined) return {}
  const [written = '', nameInKey] = kindOrKey.split('/')
  const kind = kindNamed(written)
  const wantedName = name ?? nameInKey
  return { kind, ...(wantedName === undefined ? {} : { name: wantedName }) }
}

function isWanted(resource: Resource, { kind, name }: Wanted): boolean {
  return (
    (kind === undefined || resource.kind === kind) &&
    (name === undefined || resource.metadata.name === name)
  )
}

function print(
  terminal: Terminal,
  resources: readonly Resource[],
  wanted: Wanted,
  output: GetFlags['output'],
): void {
  const format = output ?? (wanted.name === undefined ? 'table' : 'yaml')
  if (format === 'json') printJson(terminal, wanted.name === undefined ? resources : resources[0])
  else if (format === 'yaml') terminal.out(resources.map(toYaml).join('---\n').trimEnd())
  else if (resources.length === 0) terminal.out('nothing is there: see `zoogate apply`')
  else {
    const rows = resources.map((one) => [resourceKey(one), resourceDetails(one)])
    terminal.out(formatTable(['RESOURCE', 'DETAILS'], rows))
  }
}
