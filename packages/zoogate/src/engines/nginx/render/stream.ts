import type { Listener, ServicePool, TcpRoute, View } from '../../../model/view/view.ts'
import { listenAddresses, listenOptions } from './client-address.ts'
import { block, type Directive, directive } from './directive.ts'
import { endpointTls } from './endpoint-tls.ts'
import { tlsSettings } from './listener-tls.ts'
import { SharedVariables } from './shared-variables.ts'
import { balancingDirectives, picks, serverLines } from './upstream.ts'

/** How long a connection may be silent where nothing is said: nginx's own default. */
const SILENCE_MS = 600_000

/** What arrives on TCP and TLS listeners. Nothing where there are none: the module may be missing. */
export function renderStream(view: View): readonly Directive[] {
  const listeners = view.listeners.filter(isTcp)
  if (listeners.length === 0) return []
  const shared = new SharedVariables()
  const servers = listeners.map((listener) => renderServer(listener, view, shared))
  const named = new Set((view.tcpRoutes ?? []).flatMap(({ backends }) => backends.map(serviceOf)))
  const pools = [...view.services.values()].filter(({ name }) => named.has(name))
  return [
    block('stream', [
      directive('map_hash_bucket_size', 512),
      directive('variables_hash_bucket_size', 256),
      directive('tcp_nodelay', 'on'),
      ...(view.clientAddress?.proxyProtocol === true
        ? ['0.0.0.0/0', '::/0'].map((network) => directive('set_real_ip_from', network))
        : []),
      ...pools.flatMap(renderPool),
      ...shared.directives(),
      ...servers,
    ]),
  ]
}

export function isTcp({ protocol }: Pick<Listener, 'protocol'>): boolean {
  return protocol === 'TCP' || protocol === 'TLS'
}

function serviceOf({ service }: { readonly service: string }): string {
  return service
}

function renderPool(pool: ServicePool): readonly Directive[] {
  if (picks(pool).length === 0) return []
  const lines = serverLines(pool)
  return [
    block(
      ['upstream', pool.name],
      [
        // Another name than that of the service's HTTP side: zones are nginx's, not a block's.
        directive('zone', `tcp.${pool.name}`, `${64 + 2 * lines.length}k`),
        ...balancingDirectives(pool, '$remote_addr'),
        ...lines.map((line) => directive(...line, 'max_fails=0')),
      ],
    ),
  ]
}

function renderServer(listener: Listener, view: View, shared: SharedVariables): Directive {
  const { name, tls } = listener
  const route = (view.tcpRoutes ?? []).find(({ listeners }) => listeners.includes(name))
  const [certificate = ''] = tls?.certificates ?? []
  return block('server', [
    ...listenAddresses(listener).map((address) =>
      directive('listen', address, ...(tls === undefined ? [] : ['ssl']), ...listenOptions(view)),
    ),
    ...(tls === undefined ? [] : tlsSettings(name, tls, certificate)),
    ...passTo(route, tls !== undefined, view, shared),
  ])
}

/** The service that takes a connection; none: it is closed at once. */
function passTo(
  route: TcpRoute | undefined,
  withSni: boolean,
  view: View,
  shared: SharedVariables,
): readonly Directive[] {
  const shares = (route?.backends ?? []).flatMap(({ service, weight }) => {
    const pool = view.services.get(service)
    return pool === undefined || weight === 0 ? [] : [{ pool, weight }]
  })
  const [first] = shares
  if (first === undefined) return [directive('return', '')]
  const target =
    shares.length === 1
      ? first.pool.name
      : shared.split(
          shares.map(({ pool, weight }) => ({ name: pool.name, weight })),
          '$remote_addr $remote_port $connection $msec',
        )
  const { pool } = first
  if (shares.length === 1 && picks(pool).length === 0) return [directive('return', '')]
  return [
    ...(pool.tls === undefined
      ? []
      : [directive('proxy_ssl', 'on'), ...endpointTls(pool, withSni ? '$ssl_server_name' : '')]),
    directive('proxy_pass', target),
    // Who has said all may still be answered.
    directive('proxy_half_close', 'on'),
    directive('proxy_connect_timeout', `${pool.connections.connectTimeoutMs}ms`),
    directive('proxy_timeout', `${view.limits?.idleMs ?? SILENCE_MS}ms`),
  ]
}
