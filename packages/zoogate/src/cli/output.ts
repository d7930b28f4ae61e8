import type { GatewayPlan } from '../desired/plan-gateways.ts'
import { formatIssue, type Issue } from '../model/issue.ts'
import { didYouMean } from '../model/values/nearest-name.ts'
import type { ResourceChanges } from '../store/merge-resources.ts'
import { usageError } from './cli-error.ts'
import { printable } from './table.ts'
import type { Style, Terminal } from './terminal.ts'

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2))
}

const SHOWN_CHANGES_MAX = 200

/** One line for each resource that is created, updated or deleted. */
export function changeLines(
  { created, updated, deleted }: ResourceChanges,
  terminal: Terminal,
): readonly string[] {
  const lines = (keys: readonly string[], mark: string, style: Style, word: string) =>
    keys.map((key) => terminal.style(style, `${mark} ${key} ${word}`))
  const all = [
    ...lines(created, '+', 'green', 'created'),
    ...lines(updated, '~', 'yellow', 'updated'),
    ...lines(deleted, '-', 'red', 'deleted'),
  ]
  const more = all.length - SHOWN_CHANGES_MAX
  return more > 0 ? [...all.slice(0, SHOWN_CHANGES_MAX), `… and ${more} more`] : all
}

const ACTIONS: Readonly<Record<GatewayPlan['action'], string>> = {
  none: 'nothing to do',
  start: 'begins to serve',
  live: 'live, without a reload',
  reload: 'reload, without losing a request',
  'other-engine': 'another engine',
  gone: 'deleted: its nodes stop following',
}

/** What each Gateway that has something to do will do. */
export function planLines(gateways: readonly GatewayPlan[], terminal: Terminal): readonly string[] {
  return gateways
    .filter(({ action }) => action !== 'none')
    .flatMap(({ name, engine, action, steps }) => [
      `${terminal.style('bold', `Gateway/${name}`)} (${engine}): ${ACTIONS[action]}`,
      ...steps.map((step) => `    ${printable(step)}`),
    ])
}

export function printWarnings(terminal: Terminal, warnings: readonly Issue[]): void {
  for (const warning of warnings) {
    terminal.err(`${terminal.style('yellow', 'warning:')} ${printable(formatIssue(warning))}`)
  }
}

/** A usage error where a name is none of those that there are. */
export function requireName(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const hint = didYouMean(name, known)
  throw usageError(`there is no ${what} "${printable(name)}"${hint}`)
}
