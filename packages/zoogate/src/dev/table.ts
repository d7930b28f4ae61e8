import { styleText } from 'node:util'

/** What `dev` shows. Plain data, so that both outputs are pure functions of it. */
export interface DevState {
  readonly zookeeper: string
  readonly gateways: readonly DevGateway[]
  readonly instances: readonly DevInstance[]
  /** What happened last, newest last. */
  readonly messages: readonly DevMessage[]
}

export interface DevGateway {
  readonly name: string
  readonly engine: string
  readonly urls: readonly string[]
  readonly revision: number
  readonly target: number
  /** `ready`, `applying`, `failed`, …; `left out` where the engine is not to be had. */
  readonly state: string
  /** By service: how many endpoints take requests, of how many there are. */
  readonly services: readonly { readonly name: string; readonly up: number; readonly all: number }[]
  /** Why it is not ready. */
  readonly problem?: string
}

export interface DevInstance {
  readonly name: string
  readonly pid?: number
  readonly state: string
}

export interface DevMessage {
  readonly at: Date
  readonly level: 'info' | 'error'
  readonly text: string
}

const MESSAGES_SHOWN = 8

/** The screen of a terminal, as lines. */
export function renderScreen(state: DevState, columns: number, colour: boolean): string[] {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text) : text
  const rows = state.gateways.map((gateway) => [
    gateway.name,
    gateway.engine,
    gateway.urls.join(' '),
    endpointsText(gateway),
    revisionText(gateway),
    gateway.state,
  ])
  const titles = ['GATEWAY', 'ENGINE', 'ADDRESS', 'ENDPOINTS', 'REVISION', 'STATE']
  const all = titles.map((title, column) => ({
    title,
    width: Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
    cells: rows.map((row) => row[column] ?? ''),
  }))
  const shown = fitting(all, columns)
  const widths = shown.map(({ width }) => width)
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd()
  const lines = [
    cut(`zoogate dev  ZooKeeper ${state.zookeeper}  Ctrl-C stops it all`, columns).replace(
      'zoogate dev',
      (name) => paint('bold', name),
    ),
    '',
    paint('dim', cut(line(shown.map(({ title }) => title)), columns)),
  ]
  for (const [index, gateway] of state.gateways.entries()) {
    const text = cut(line(shown.map(({ cells }) => cells[index] ?? '')), columns)
    lines.push(gateway.state === 'ready' ? text : paint('yellow', text))
    if (gateway.problem !== undefined) {
      lines.push(paint('red', cut(`  ${gateway.problem}`, columns)))
    }
  }
  if (state.instances.length > 0) {
    const instances = state.instances.map(({ name, pid, state: now }) =>
      pid === undefined ? `${name} ${now}` : `${name} (pid ${pid})`,
    )
    lines.push('', cut(`instances: ${instances.join(', ')}`, columns))
  }
  lines.push('')
  for (const message of state.messages.slice(-MESSAGES_SHOWN)) {
    const text = cut(`${clock(message.at)} ${message.text}`, columns)
    lines.push(message.level === 'error' ? paint('red', text) : paint('dim', text))
  }
  return lines
}

const GAP = 2
/** What a narrow terminal does without, the least missed first. */
const LEFT_OUT_FIRST = ['ENGINE', 'REVISION', 'ADDRESS']

function fitting<C extends { readonly title: string; readonly width: number }>(
  all: readonly C[],
  columns: number,
): readonly C[] {
  let shown = all
  for (const title of LEFT_OUT_FIRST) {
    const needed = shown.reduce((sum, { width }) => sum + width + GAP, -GAP)
    if (needed <= columns) break
    shown = shown.filter((column) => column.title !== title)
  }
  return shown
}

/** One line for a Gateway, for a log: the same line means that nothing has changed. */
export function gatewayLine(gateway: DevGateway): string {
  const problem = gateway.problem === undefined ? '' : `: ${gateway.problem}`
  return [
    gateway.name,
    `(${gateway.engine})`,
    gateway.urls.join(' '),
    `endpoints ${endpointsText(gateway)}`,
    `revision ${revisionText(gateway)}`,
    `${gateway.state}${problem}`,
  ].join(' ')
}

function endpointsText({ services }: DevGateway): string {
  if (services.length === 0) return '-'
  return services.map(({ name, up, all }) => `${name} ${up}/${all}`).join(', ')
}

function revisionText({ revision, target }: DevGateway): string {
  if (revision === 0) return target === 0 ? '-' : `- (${target} to come)`
  return revision === target ? String(revision) : `${revision} (${target} to come)`
}

function clock(at: Date): string {
  return at.toTimeString().slice(0, 8)
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`
}
