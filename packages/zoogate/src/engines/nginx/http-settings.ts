import { HEADERS_OF_OURS, HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import type { View } from '../../model/view.ts'
import type { EnginePaths } from '../engine.ts'
import { failurePages } from './destination.ts'
import { block, type Directive, directive } from './directive.ts'
import { nginxFiles } from './files.ts'
import { hiddenHeaders } from './hidden-headers.ts'
import { requestChecks } from './request-checks.ts'
import { dispatchPage } from './server.ts'

/** What holds for every server: how nginx speaks with clients and with endpoints. */
export function httpSettings(view: View, paths: EnginePaths): readonly Directive[] {
  const { temporary } = nginxFiles(paths)
  const names = view.routes.length + view.services.size
  const endpoints = [...view.services.values()].reduce((sum, s) => sum + s.endpoints.length, 0)
  return [
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((purpose) =>
      directive(`${purpose}_temp_path`, temporary),
    ),
    directive('access_log', 'off'),
    directive('server_tokens', 'off'),
    directive('default_type', 'text/plain'),
    // Hash tables are sized for what is in them; nginx warns, and is slow, where they are too small.
    directive('server_names_hash_bucket_size', 512),
    directive('server_names_hash_max_size', tableSize(view.routes.length)),
    directive('map_hash_bucket_size', 512),
    directive('map_hash_max_size', tableSize(endpoints)),
    directive('variables_hash_bucket_size', 256),
    directive('variables_hash_max_size', tableSize(8 * names + endpoints)),
    ...clientSettings(view),
    ...endpointSettings(),
    dispatchPage(),
    ...failurePages(),
  ]
}

function tableSize(entries: number): number {
  return Math.max(2_048, 2 ** Math.ceil(Math.log2(2 * entries + 1)))
}

function clientSettings(view: View): readonly Directive[] {
  return [
    directive('keepalive_timeout', `${view.concurrency.keepAliveMs}ms`),
    directive('keepalive_requests', 1_000_000),
    directive('client_header_buffer_size', '4k'),
    // As much of a request's head as the other engines take.
    directive('large_client_header_buffers', 4, '16k'),
    // A body's size is the service's affair.
    directive('client_max_body_size', 0),
    directive('merge_slashes', 'off'),
    directive('tcp_nodelay', 'on'),
    ...requestChecks(),
    // Only WebSockets are tunnels. An upgrade to h2c would carry requests past every route.
    block(
      ['map', '$http_upgrade', '$zoogate_upgrade'],
      [directive('default', ''), directive('websocket', 'websocket')],
    ),
    block(
      ['map', '$zoogate_upgrade', '$zoogate_connection'],
      [directive('default', ''), directive('websocket', 'upgrade')],
    ),
    block(
      ['map', '$zoogate_upgrade', '$zoogate_mode_everyday'],
      [directive('default', ''), directive('websocket', '+tunnel')],
    ),
    block(
      ['map', '$zoogate_upgrade', '$zoogate_mode_draining'],
      [directive('default', '+close'), directive('websocket', '+tunnel')],
    ),
    block(
      ['map', '$remote_addr', '$zoogate_forwarded_for'],
      [directive('default', '$remote_addr'), directive('~:', '"[$remote_addr]"')],
    ),
    block(
      ['map', '$upstream_addr', '$zoogate_last_upstream'],
      [directive('default', ''), directive('~([^ ,]+)\\z', '$1')],
    ),
  ]
}

const STEERING = [
  ...['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate'],
  ...['X-Accel-Buffering', 'X-Accel-Charset'],
]

/** What nginx sets itself, below or because it frames the request, is not among them. */
const SET_BY_NGINX: readonly string[] = [
  ...['connection', 'upgrade', 'transfer-encoding'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'],
]
const DROPPED_REQUEST_HEADERS = [...HOP_BY_HOP_HEADERS, ...HEADERS_OF_OURS].filter(
  (name) => !SET_BY_NGINX.includes(name),
)

function endpointSettings(): readonly Directive[] {
  return [
    directive('proxy_http_version', '1.1'),
    directive('proxy_set_header', 'Host', '$zoogate_host'),
    directive('proxy_set_header', 'Connection', '$zoogate_connection'),
    directive('proxy_set_header', 'Upgrade', '$zoogate_upgrade'),
    // A client's own values are replaced: nobody is trusted to have written them.
    directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
    directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
    directive('proxy_set_header', 'X-Forwarded-Host', '$zoogate_authority'),
    directive('proxy_set_header', 'Forwarded', 'for=$zoogate_forwarded_for;proto=$scheme'),
    ...DROPPED_REQUEST_HEADERS.map((name) => directive('proxy_set_header', name, '')),
    ...hiddenHeaders('response'),
    // Responses pass as they come, so events stream; they never wait in a file.
    directive('proxy_buffering', 'off'),
    directive('proxy_buffer_size', '32k'),
    // Not used without buffering, but nginx checks that they fit together.
    directive('proxy_buffers', 4, '32k'),
    directive('proxy_redirect', 'off'),
    // What nginx would keep to itself.
    ...['Server', 'Date', 'X-Pad', ...STEERING].map((name) => directive('proxy_pass_header', name)),
    // An endpoint does not steer nginx.
    directive('proxy_ignore_headers', ...STEERING),
    // Another endpoint is tried where none has had the request, and where the method may be repeated.
    directive('proxy_next_upstream', 'error', 'timeout'),
  ]
}
