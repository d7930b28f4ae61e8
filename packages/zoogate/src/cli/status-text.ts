import type { GatewayStatus, ServiceStatus, StatusReport } from './status-report.ts'
import { formatTable, printable } from './table.ts'
import type { Style, Terminal } from './terminal.ts'

/** A state's colour says whether somebody has to look. */
const STYLES: Readonly<Record<string, Style>> = {
  ready: 'green',
  up: 'green',
  applying: 'yellow',
  starting: 'yellow',
  draining: 'yellow',
  away: 'red',
  failed: 'red',
  stopped: 'red',
  down: 'red',
  absent: 'red',
}

/** A status for people. */
export function statusText(status: StatusReport, terminal: Terminal): string {
  if (status.revision === 0) return 'nothing was applied yet: see `zoogate apply`'
  const parts = [
    `revision ${status.revision}`,
    gatewayTable(status.gateways, terminal),
    endpointTable(status.services, terminal),
    refusedTable(status.services),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function gatewayTable(gateways: readonly GatewayStatus[], terminal: Terminal): string {
  if (gateways.length === 0) return ''
  const rows = gateways.flatMap((gateway) => {
    const urls = gateway.listeners.map(({ url }) => printable(url)).join(' ')
    const nodes = gateway.nodes.map(({ name, revision, zxid, state, lastError }) => [
      printable(name),
      zxid === undefined ? String(revision) : `${revision}@${printable(zxid)}`,
      coloured(state, terminal),
      printable(lastError ?? ''),
    ])
    const first = [gateway.name, gateway.engine, urls, String(gateway.revision)]
    return (nodes.length === 0 ? [['none', '', '', '']] : nodes).map((node, index) => [
      ...(index === 0 ? first : ['', '', '', '']),
      ...node,
    ])
  })
  const header = [
    'GATEWAY',
    'ENGINE',
    'LISTENERS',
    'TARGET',
    'NODE',
    'SERVES',
    'STATE',
    'LAST ERROR',
  ]
  return formatTable(header, rows)
}

function endpointTable(services: readonly ServiceStatus[], terminal: Terminal): string {
  if (services.length === 0) return ''
  const rows = services.flatMap(({ name, endpoints }) =>
    endpoints.length === 0
      ? [[name, 'none', '', '', '', '']]
      : endpoints.map((endpoint, index) => [
          index === 0 ? name : '',
          printable(endpoint.id),
          `${endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address}:${endpoint.port}`,
          String(endpoint.weight),
          coloured(endpoint.state, terminal),
          printable(endpoint.reason ?? ''),
        ]),
  )
  return formatTable(['SERVICE', 'INSTANCE', 'ADDRESS', 'WEIGHT', 'STATE', 'REASON'], rows)
}

function refusedTable(services: readonly ServiceStatus[]): string {
  const rows = services.flatMap(({ refused }) =>
    refused.map(({ path, reason }) => [printable(path), printable(reason)]),
  )
  return rows.length === 0 ? '' : formatTable(['REFUSED REGISTRATION', 'REASON'], rows)
}

function coloured(state: string, terminal: Terminal): string {
  const style = STYLES[state]
  return style === undefined ? state : terminal.style(style, state)
}
