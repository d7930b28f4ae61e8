import type { View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { answerPages } from './answers.ts'
import { cachePaths } from './cache.ts'
import { believedAddress } from './client-address.ts'
import { block, type Directive, directive } from './directive.ts'
import { endpointHeaders } from './endpoint-headers.ts'
import { nginxFiles } from './files.ts'
import { hiddenHeaders } from './hidden-headers.ts'
import { requestChecks } from './request-checks.ts'
import { targetVariables } from './rewrite.ts'
import { dispatchPage } from './server.ts'
import type { SharedVariables } from './shared-variables.ts'
import { shapeVariables } from './static-files.ts'

/** What holds for every server: how nginx speaks with clients and with endpoints. */
export function httpSettings(
  view: View,
  paths: EnginePaths,
  shared: SharedVariables,
): readonly Directive[] {
  const { temporary } = nginxFiles(paths)
  const names = view.routes.length + view.services.size
  const endpoints = [...view.services.values()].reduce((sum, s) => sum + s.endpoints.length, 0)
  return [
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((purpose) =>
      directive(`${purpose}_temp_path`, temporary),
    ),
    directive('access_log', 'off'),
    directive('server_tokens', 'off'),
    // Of our own answers; the endings of paths say nothing of them.
    block('types', []),
    directive('default_type', 'text/plain'),
    // Hash tables are sized for what is in them; nginx warns, and is slow, where they are too small.
    directive('server_names_hash_bucket_size', 512),
    directive('server_names_hash_max_size', tableSize(view.routes.length)),
    directive('map_hash_bucket_size', 512),
    directive('map_hash_max_size', tableSize(endpoints)),
    directive('variables_hash_bucket_size', 256),
    directive('variables_hash_max_size', tableSize(8 * names + endpoints)),
    ...clientSettings(view),
    ...limitSettings(view),
    ...believedAddress(view),
    ...endpointSettings(view, shared),
    ...cachePaths(view, paths),
    ...targetVariables(),
    ...shapeVariables(),
    dispatchPage(),
    ...answerPages(),
  ]
}

function tableSize(entries: number): number {
  return Math.max(2_048, 2 ** Math.ceil(Math.log2(2 * entries + 1)))
}

function clientSettings(view: View): readonly Directive[] {
  return [
    directive('keepalive_timeout', `${view.concurrency.keepAliveMs}ms`),
    directive('keepalive_requests', 1_000_000),
    directive('merge_slashes', 'off'),
    directive('tcp_nodelay', 'on'),
    // RFC 9110, 13.1.3; nginx by itself compares for the same time alone.
    directive('if_modified_since', 'before'),
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
      ['map', '$upstream_addr', '$zoogate_last_upstream'],
      [directive('default', ''), directive('~([^ ,]+)\\z', '$1')],
    ),
  ]
}

/** What a view does not bound has the bounds of the other engines, or none. */
function limitSettings({ limits }: View): readonly Directive[] {
  const { headerBytes, bodyBytes = 0, idleMs } = limits ?? {}
  return [
    ...(headerBytes === undefined
      ? [
          directive('client_header_buffer_size', '4k'),
          directive('large_client_header_buffers', 4, '16k'),
        ]
      : [
          // A head that does not fit into the one goes on in the other.
          directive('client_header_buffer_size', Math.min(1_024, headerBytes)),
          directive('large_client_header_buffers', 1, headerBytes),
        ]),
    directive('client_max_body_size', bodyBytes),
    ...(idleMs === undefined
      ? []
      : ['client_header_timeout', 'client_body_timeout', 'send_timeout'].map((name) =>
          directive(name, `${idleMs}ms`),
        )),
  ]
}

const STEERING = [
  ...['X-Accel-Redirect', 'X-Accel-Expires', 'X-Accel-Limit-Rate'],
  ...['X-Accel-Buffering', 'X-Accel-Charset'],
]

function endpointSettings(view: View, shared: SharedVariables): readonly Directive[] {
  return [
    directive('proxy_http_version', '1.1'),
    directive('proxy_headers_hash_max_size', 2_048),
    directive('proxy_headers_hash_bucket_size', 256),
    ...endpointHeaders(view, shared).map(([name, value]) =>
      directive('proxy_set_header', name, value),
    ),
    ...hiddenHeaders('proxy', 'response'),
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
    directive('fastcgi_ignore_headers', ...STEERING),
    // Another endpoint is tried where none has had the request, and where the method may be repeated.
    directive('proxy_next_upstream', 'error', 'timeout'),
  ]
}
