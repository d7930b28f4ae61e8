import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { readSmall } from '../../desired/read-small.ts'
import { includedFiles } from '../../engines/native/included-files.ts'
import { type ImportedText, literalTemplate } from '../../engines/native/native-import.ts'
import { engineOf, type NativeEngineName, nativeImports } from '../../engines/native-imports.ts'
import { checkResource } from '../../model/checks/resource-checks.ts'
import { NATIVE_BYTES_MAX } from '../../model/resources/gateway-native.ts'
import { nativeText } from '../../model/resources/native-text.ts'
import { CliError, usageError } from '../cli-error.ts'
import { printJson } from '../output.ts'
import { toYaml } from '../resource-yaml.ts'
import { printable } from '../table.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

interface ImportFlags {
  readonly engine?: NativeEngineName
  readonly name: string
  readonly folder: string
  readonly force?: boolean
  readonly json?: boolean
}

/** What was made of a configuration of somebody's. */
interface Imported extends Omit<ImportedText, 'text'> {
  readonly engine: NativeEngineName
  readonly files: { readonly gateway: string; readonly text: string }
}

const HELP = `
Writes NAME.yaml, a Gateway of that engine, and beside it the text as a template that is the same configuration.
Each host has to allow it, in its agent.yaml: allow: { native: true }.

Examples:
  zoogate import /etc/haproxy/haproxy.cfg              writes edge.yaml and edge.haproxy.cfg.liquid
  zoogate import /etc/nginx/nginx.conf --name web --folder web
  zoogate apply edge.yaml`

/** `zoogate import FILE`: takes an existing configuration of an engine in as it is. Needs no connection. */
export function importCommand(): Command {
  return new Command('import')
    .summary('take in a haproxy.cfg, nginx.conf or httpd.conf as it is')
    .description('Take in an existing haproxy.cfg, nginx.conf or httpd.conf as it is.')
    .argument('<file>', 'the configuration')
    .addOption(
      new Option('--engine <engine>', 'whose it is (default: what it looks like)').choices(
        Object.keys(nativeImports),
      ),
    )
    .option('--name <name>', 'of the Gateway', 'edge')
    .option('--folder <folder>', 'where to write', '.')
    .option('--force', 'write over files that are there')
    .option('--json', 'answer with JSON')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ImportFlags) => {
      const terminal = processTerminal()
      const imported = await importFile(resolve(file), flags)
      if (flags.json === true) printJson(terminal, imported)
      else printImported(terminal, imported)
    })
}

async function importFile(file: string, flags: ImportFlags): Promise<Imported> {
  const original = await readOriginal(file)
  const engine = flags.engine ?? engineOf(original)
  if (engine === undefined) {
    const known = Object.keys(nativeImports).join(', ')
    throw usageError(`${file} looks like no engine's own: say whose it is with --engine (${known})`)
  }
  const folder = dirname(file)
  const neighbour = (name: string) => readNeighbour(join(folder, name))
  const { text, ...about } = nativeImports[engine].read(original, {
    folder,
    neighbour,
    included: includedFiles,
  })
  const textFile = `${flags.name}.${basename(file)}.liquid`
  const files = {
    gateway: join(flags.folder, `${flags.name}.yaml`),
    text: join(flags.folder, textFile),
  }
  const yaml = gatewayYaml({ ...flags, engine, file, textFile, listeners: about.listeners })
  await writeNew(files.gateway, yaml, flags.force === true)
  await writeNew(files.text, literalTemplate(text), flags.force === true)
  return { engine, files, ...about }
}

async function readOriginal(file: string): Promise<string> {
  const read = await readSmall(file, NATIVE_BYTES_MAX)
  if ('problem' in read) throw usageError(read.problem)
  const text = nativeText(read.bytes)
  if ('problem' in text) throw usageError(`${file} ${text.problem}`)
  return text.text
}

function readNeighbour(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function gatewayYaml(about: {
  readonly name: string
  readonly engine: NativeEngineName
  readonly file: string
  readonly textFile: string
  readonly listeners: ImportedText['listeners']
}): string {
  const { name, engine, file, textFile, listeners } = about
  const checked = checkResource({
    apiVersion: 'zoogate/v1',
    kind: 'Gateway',
    metadata: { name },
    spec: {
      engine,
      ...(listeners.length === 0 ? {} : { listeners }),
      native: { file: textFile },
    },
  })
  if (!('resource' in checked)) {
    const [issue] = checked.issues
    throw usageError(`--name ${printable(name)}: ${issue?.message}`)
  }
  return `# Made by zoogate import of ${printable(file)}. The listeners are what the text says: they are tried before
# a reload, and shown. To have the endpoints of a Service in the text, name it under native, as
# services: [shop], and write {% for endpoint in services.shop.endpoints %} where they belong.
${toYaml(checked.resource)}`
}

async function writeNew(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') throw usageError(`${path} is there already: --force writes over it`)
    throw new CliError(`${path}: ${error instanceof Error ? error.message : error}`)
  }
}

function printImported(terminal: Terminal, { engine, files, refers, notes }: Imported): void {
  terminal.out(`${engine}: wrote ${files.gateway} and ${files.text}`)
  for (const note of notes) terminal.out(`  ${printable(note)}`)
  if (refers.length > 0) {
    terminal.out('What it refers to is not taken in, and has to be on each host:')
    for (const { line, name, path } of refers) {
      terminal.out(`  line ${line}: ${printable(`${name} ${path}`)}`)
    }
  }
  terminal.out(
    `next: allow: { native: true } in each host's agent.yaml, and zoogate apply ${files.gateway}`,
  )
}
