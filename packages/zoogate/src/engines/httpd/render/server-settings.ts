import { HEADERS_OF_OURS, HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import type { Listener, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { errorDocuments } from './answers.ts'
import { bodyLimit } from './body-limit.ts'
import { believedAddress, forwardingHeaders } from './client-address.ts'
import { type Directive, directive, expanded, section } from './directive.ts'
import { type ControlAddress, HEADERS_SCRIPT, httpdFiles, runtimePath } from './files.ts'
import { hostOfNobody } from './request-checks.ts'
import { isKeptByAddress, KEEP_SESSION, SESSIONS_SCRIPT } from './source-sessions.ts'

export interface SettingsContext {
  readonly paths: EnginePaths
  readonly control: ControlAddress
}

/** What holds for every listener. */
export function serverSettings(
  view: View,
  { paths, control }: SettingsContext,
): readonly Directive[] {
  return [
    directive('ServerName', 'zoogate.invalid'),
    ...listenAddresses(view.listeners),
    directive('Listen', `${control.address}:${control.port}`),
    ...processes(view),
    ...clients(view),
    drain(paths),
    ...files(paths),
    ...errorDocuments(),
    ...believedAddress(view, control),
    ...bodyLimit(view),
    ...endpoints(view),
  ]
}

/** Of both families: `*` of httpd is. */
function listenAddresses(listeners: readonly Listener[]): readonly Directive[] {
  return listeners.map(({ address, port }) => {
    if (address === '*') return directive('Listen', port)
    return directive(
      'Listen',
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    )
  })
}

/**
 * Threads of one process. A request takes a thread for as long as it is answered, a WebSocket too. A kept
 * connection has none, and a process keeps up to twice as many as it has threads ({@link
 * KEPT_FOR_EACH_IDLE_THREAD}). Where more of them bring a request at once than there are threads idle, it
 * closes the connections, and their requests are lost ("All workers are busy", `mpm_event:trace1`): with 64
 * threads, 40 of 42,811 on a host so busy that 100 clients' requests met in one process. So threads are many,
 * which cost little while they are idle.
 */
const THREADS = 256

/** The least that httpd takes. */
const KEPT_FOR_EACH_IDLE_THREAD = 1

/**
 * Processes that serve a former configuration hold their places until their last request is answered,
 * a WebSocket for as long as it lives. Where there is no place left httpd stops answering (AH03490).
 */
const PLACES_OF_FORMER_ONES = 400

function processes({ concurrency }: View): readonly Directive[] {
  const most = Math.max(2, Math.ceil(concurrency.maxConnections / THREADS))
  const atStart = concurrency.workers === 'auto' ? 2 : concurrency.workers
  return [
    directive('ThreadLimit', THREADS),
    directive('ThreadsPerChild', THREADS),
    directive('ServerLimit', most + PLACES_OF_FORMER_ONES),
    directive('MaxRequestWorkers', most * THREADS),
    directive('AsyncRequestWorkerFactor', KEPT_FOR_EACH_IDLE_THREAD),
    directive('StartServers', Math.min(Math.max(2, atStart), most)),
    directive('MinSpareThreads', THREADS / 2),
    // A process that ends because there are too many closes its idle connections.
    directive('MaxSpareThreads', most * THREADS),
    directive('MaxConnectionsPerChild', 0),
    directive('ListenBackLog', 4096),
  ]
}

function clients(view: View): readonly Directive[] {
  const { concurrency, limits } = view
  const lineBytes = Math.max(LINE_BYTES, limits?.headerBytes ?? 0)
  return [
    directive('KeepAlive', 'On'),
    directive('KeepAliveTimeout', `${concurrency.keepAliveMs}ms`),
    directive('MaxKeepAliveRequests', 0),
    directive('Timeout', silenceS(view)),
    directive('HttpProtocolOptions', 'Strict'),
    directive('LimitRequestLine', lineBytes),
    directive('LimitRequestFieldSize', lineBytes),
    directive('LimitRequestFields', 200),
    // It does not look at what goes on to an endpoint: see `body-limit.ts`.
    directive('LimitRequestBody', 0),
    directive('UseCanonicalName', 'Off'),
    directive('TraceEnable', 'Off'),
    directive('MergeSlashes', 'Off'),
    directive('AllowEncodedSlashes', 'NoDecode'),
    directive('ServerTokens', 'Prod'),
    directive('ServerSignature', 'Off'),
  ]
}

/** Of one line of a head, where {@link View.limits} says no more. */
const LINE_BYTES = 16_384

/** httpd counts silence in whole seconds. */
function silenceS({ limits }: View): number {
  return limits?.idleMs === undefined ? 60 : Math.ceil(limits.idleMs / 1_000)
}

/** No file is anybody's but our own answers. */
function files(paths: EnginePaths): readonly Directive[] {
  return [
    section('Directory', '/', [
      directive('Options', 'FollowSymLinks'),
      directive('AllowOverride', 'None'),
      directive('Require', 'all', 'denied'),
    ]),
    section('Directory', paths.run, [
      section('Files', '*.asis', [
        directive('Require', 'all', 'granted'),
        directive('SetHandler', 'send-as-is'),
      ]),
    ]),
  ]
}

/** What httpd drops itself, or needs to know of, is not among them. */
const KEPT_BY_HTTPD: readonly string[] = ['connection', 'transfer-encoding', 'upgrade', 'trailer']
const SET_BY_US: readonly string[] = [
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'],
]

function endpoints(view: View): readonly Directive[] {
  const unset = [...HOP_BY_HOP_HEADERS, ...HEADERS_OF_OURS].filter(
    (name) => !KEPT_BY_HTTPD.includes(name) && !SET_BY_US.includes(name),
  )
  const hidden = HOP_BY_HOP_HEADERS.filter((name) => !KEPT_BY_HTTPD.includes(name))
  return [
    directive('ProxyPreserveHost', 'On'),
    directive('ProxyAddHeaders', 'Off'),
    directive('ProxyVia', 'Off'),
    // For members that came live alone: see `forms.ts`.
    directive('ProxyHCTPsize', 4),
    directive('ProxyTimeout', silenceS(view)),
    directive('Proxy100Continue', 'Off'),
    directive('LuaScope', 'thread'),
    directive('LuaCodeCache', 'forever'),
    expanded(directive('LuaHookFixups', runtimePath(HEADERS_SCRIPT), 'fix_up')),
    ...([...view.services.values()].some(isKeptByAddress)
      ? [expanded(directive('LuaHookFixups', runtimePath(SESSIONS_SCRIPT), KEEP_SESSION))]
      : []),
    ...(view.limits?.headerBytes === undefined
      ? []
      : [
          expanded(
            directive('LuaHookTranslateName', runtimePath(HEADERS_SCRIPT), 'limit_head', 'early'),
          ),
        ]),
    hostOfNobody(),
    ...unset.map((name) => directive('RequestHeader', 'unset', name)),
    // Only WebSockets are tunnels. An upgrade to h2c would carry requests past every route.
    directive(
      'RequestHeader',
      'unset',
      'Upgrade',
      'expr=! (%{req_novary:Upgrade} =~ /^websocket$/i)',
    ),
    ...forwardingHeaders(view),
    ...hidden.map((name) => directive('Header', 'unset', name)),
    directive('Header', 'unset', 'Trailer'),
    directive('Header', 'unset', 'Upgrade', 'expr=%{REQUEST_STATUS} != 101'),
  ]
}

/** Looked at when a response is sent, and not when its request came: so a slow one is in it too. */
export function drain(paths: EnginePaths): Directive {
  const draining = `-f '${httpdFiles(paths).drainFlag}' && %{REQUEST_STATUS} -ne 101`
  return directive('Header', 'always', 'set', 'Connection', 'close', `expr=${draining}`)
}
