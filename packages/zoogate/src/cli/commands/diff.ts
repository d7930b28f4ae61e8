import { Command } from 'commander'
import { applyLoaded } from '../../desired/apply-files.ts'
import { type LoadedFiles, loadValidFiles } from '../../desired/load-files.ts'
import { type GatewayPlan, planGateways } from '../../desired/plan-gateways.ts'
import { type DesiredState, secretName } from '../../model/resources/desired-state.ts'
import { type FieldChange, fieldChanges } from '../../model/resources/field-changes.ts'
import { unifiedDiff } from '../../model/values/unified-diff.ts'
import { hasChanges, stateChanges } from '../../store/merge-resources.ts'
import type { KeyRing } from '../../store/secrets/key-ring.ts'
import type { Store } from '../../store/store.ts'
import { author } from '../author.ts'
import { EXIT_FAILURE, EXIT_OK, usageError } from '../cli-error.ts'
import { withConnection } from '../connect.ts'
import { addConnectionOptions } from '../connection-options.ts'
import { addKeysOption, keys } from '../keys.ts'
import { planLines, printJson } from '../output.ts'
import { toYaml } from '../resource-yaml.ts'
import { revisionNumber } from '../revision-number.ts'
import { processTerminal, type Terminal } from '../terminal.ts'

interface DiffFlags {
  readonly prune?: boolean
  readonly from?: string
  readonly to?: string
  readonly exitCode?: boolean
  readonly json?: boolean
}

interface Comparison {
  readonly before: DesiredState
  readonly after: DesiredState
  readonly names: { readonly before: string; readonly after: string }
  readonly gateways: readonly GatewayPlan[]
}

/** `zoogate diff FILE…` and `zoogate diff --from N --to M`. */
export function diffCommand(): Command {
  return addKeysOption(addConnectionOptions(new Command('diff')))
    .description('show what applying files would change, or what lies between two revisions')
    .argument('[file...]', 'as for apply; without files two revisions are compared')
    .option('--prune', 'as for apply: what the files do not hold would be deleted')
    .option('--from <revision>', 'compare this revision (default: the one before --to)')
    .option('--to <revision>', 'with this one (default: the newest)')
    .option('--exit-code', 'exit with 1 where there is a difference')
    .option('--json', 'answer with JSON')
    .action(async (files: readonly string[], flags: DiffFlags, command: Command) => {
      if (files.length > 0 && (flags.from ?? flags.to) !== undefined) {
        throw usageError('either files, or --from and --to')
      }
      const loaded = files.length > 0 ? await loadValidFiles(files) : undefined
      const comparison = await withConnection(command, ({ store }) =>
        loaded === undefined
          ? compareRevisions(store, flags)
          : compareFiles(store, loaded, flags, keys(command)),
      )
      const terminal = processTerminal()
      if (flags.json === true) printJson(terminal, toJson(comparison))
      else print(terminal, comparison)
      const different = hasChanges(stateChanges(comparison.before, comparison.after))
      process.exitCode = flags.exitCode === true && different ? EXIT_FAILURE : EXIT_OK
    })
}

async function compareFiles(
  store: Store,
  loaded: LoadedFiles,
  flags: DiffFlags,
  keys: () => Promise<KeyRing>,
): Promise<Comparison> {
  const others = flags.prune === true ? 'delete' : 'keep'
  const planned = await applyLoaded(store, loaded, { others, mode: 'plan', author: author(), keys })
  const before = await store.readState(planned.revision)
  return {
    before,
    after: planned,
    names: { before: `revision ${planned.revision}`, after: 'files' },
    gateways: planned.gateways,
  }
}

async function compareRevisions(store: Store, flags: DiffFlags): Promise<Comparison> {
  const to = flags.to === undefined ? await store.readHead() : revisionNumber(flags.to)
  const from = flags.from === undefined ? Math.max(0, to - 1) : revisionNumber(flags.from)
  const [before, after] = await Promise.all([store.readState(from), store.readState(to)])
  return {
    before,
    after,
    names: { before: `revision ${from}`, after: `revision ${to}` },
    gateways: planGateways(before, after),
  }
}

function toJson({ before, after, gateways }: Comparison) {
  const changes = stateChanges(before, after)
  const keys = [...changes.created, ...changes.updated, ...changes.deleted].sort()
  return {
    ...changes,
    resources: keys.map((key) => ({
      resource: key,
      fields: [
        ...fieldChanges(before.resources.get(key), after.resources.get(key)),
        ...bytesChange(key, before, after),
      ],
    })),
    gateways,
  }
}

/** Of a Secret that has other bytes, in place of the bytes. */
function bytesChange(
  key: string,
  before: DesiredState,
  after: DesiredState,
): readonly FieldChange[] {
  const name = secretName(key) ?? ''
  const [from, to] = [before, after].map(({ secrets }) => secrets.get(name))
  const known = before.resources.has(key) && after.resources.has(key)
  return known && from !== to ? [{ field: 'bytes', before: from, after: to }] : []
}

function print(terminal: Terminal, { before, after, names, gateways }: Comparison): void {
  const { created, updated, deleted } = stateChanges(before, after)
  for (const key of [...created, ...updated, ...deleted].sort()) {
    const [from, to] = [before.resources.get(key), after.resources.get(key)]
    const text = unifiedDiff(toYaml(from), toYaml(to), {
      before: from === undefined ? '/dev/null' : `${key} (${names.before})`,
      after: to === undefined ? '/dev/null' : `${key} (${names.after})`,
    })
    if (text !== '') for (const line of text.split('\n')) terminal.out(coloured(line, terminal))
    for (const bytes of bytesChange(key, before, after)) {
      terminal.out(`${key}: other bytes, version ${bytes.after} instead of ${bytes.before}`)
    }
  }
  for (const line of planLines(gateways, terminal)) terminal.out(line)
}

function coloured(line: string, terminal: Terminal): string {
  if (line.startsWith('+++') || line.startsWith('---')) return terminal.style('bold', line)
  if (line.startsWith('@@')) return terminal.style('cyan', line)
  if (line.startsWith('+')) return terminal.style('green', line)
  return line.startsWith('-') ? terminal.style('red', line) : line
}
