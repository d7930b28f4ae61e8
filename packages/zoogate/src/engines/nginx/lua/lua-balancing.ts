import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { ServicePool, View } from '../../../model/view/view.ts'
import type { Plan, RenderedFiles } from '../../engine.ts'
import { viewChanges } from '../../view-changes.ts'
import type { Balancing, Target } from '../balancing.ts'
import { renderedSettings } from '../control/live.ts'
import { block, directive } from '../render/directive.ts'
import { RETRIES_VARIABLE } from '../render/retry.ts'
import { printRows } from './endpoint-rows.ts'
import {
  applyCertificates,
  CERTIFICATES,
  isLiveCertificate,
  liveCertificates,
} from './live-certificates.ts'
import { LiveEndpoints } from './live-endpoints.ts'
import { CARRIED_WITH_LUA, ONLY_WITH_LUA, REASONS_WITH_LUA } from './lua-features.ts'
import { LUA_PACKAGE, type LuaModule } from './lua-module.ts'
import { luaSources } from './lua-sources.ts'
import { serviceSettings } from './service-settings.ts'

/** Idle connections that each worker keeps to a pool, and how long: see `upstream.ts`. */
const IDLE_CONNECTIONS = 64
const IDLE_TIMEOUT = '4s'

/** The variable that the balancer writes a new session's cookie to. */
const SET_COOKIE = '$zoogate_set_cookie'

/** A change of 100,000 endpoints has some 5 MB. */
const BODY_MAX = '64m'

/**
 * Endpoints chosen by our Lua in nginx's workers (`lua/`), from a table in their shared memory: they
 * change without a reload. The generation holds them too, as text, for an nginx that starts anew.
 */
export function luaBalancing({ modules, libraries }: LuaModule): Balancing {
  return {
    features: CARRIED_WITH_LUA,
    reasons: REASONS_WITH_LUA,
    extra: { package: LUA_PACKAGE, features: ONLY_WITH_LUA },
    countsSessions: true,
    modules: () => modules.map((file) => directive('load_module', file)),
    settings: (view) => [
      directive('lua_package_path', ['$prefix/lua/?.lua', ...libraries, ';'].join(';')),
      ...sharedMemory(view),
      directive('init_by_lua_file', 'lua/zoogate.lua'),
      // Where a route does not say it otherwise.
      block(['map', '', RETRIES_VARIABLE], [directive('default', 0)]),
      lua('init_worker_by_lua_block', 'zoogate.start_worker()'),
      lua('log_by_lua_block', 'zoogate.log()'),
      // The end of a mirrored request is told too.
      directive('log_subrequest', 'on'),
    ],
    upstreams: ({ name }) => [
      block(
        ['upstream', name],
        [
          // Never asked: the balancer names another one each time.
          directive('server', '0.0.0.1'),
          lua('balancer_by_lua_block', `zoogate.balance_${name.replaceAll('-', '_')}()`),
          directive('keepalive', IDLE_CONNECTIONS),
          directive('keepalive_timeout', IDLE_TIMEOUT),
        ],
      ),
    ],
    target,
    copyTarget: ({ name }) => name,
    certificate: (name) => [lua('ssl_certificate_by_lua_block', `zoogate.${shows(name)}()`)],
    controlLocations: () => [
      block(
        ['location', CERTIFICATES],
        [
          directive('client_max_body_size', '1m'),
          directive('client_body_buffer_size', '1m'),
          lua('content_by_lua_block', 'zoogate.certificates()'),
        ],
      ),
      block(
        ['location', '/endpoints/'],
        [
          directive('client_max_body_size', BODY_MAX),
          directive('client_body_buffer_size', BODY_MAX),
          lua('content_by_lua_block', 'zoogate.endpoints()'),
        ],
      ),
    ],
    files: (view, generation) =>
      new Map([
        ...[...luaSources()].map(([name, text]): [string, string] => [`lua/${name}`, text]),
        ['balancer/settings', serviceSettings(view, generation)],
        ...[...view.services.values()].flatMap((pool) => [...serviceFiles(pool)]),
      ]),
    serviceFiles,
    plan,
    live: (ask) => {
      const endpoints = new LiveEndpoints(ask)
      return {
        applyEndpoints: (services) => endpoints.applyEndpoints(services),
        applyCertificates: (secrets) => applyCertificates(ask, secrets),
        observe: () => endpoints.observe(),
      }
    },
  }
}

/**
 * A block of Lua. A call of letters, dots and parentheses with a semicolon behind it reads the same in
 * Lua's grammar and in nginx's.
 */
function lua(name: string, call: string) {
  return block(name, [directive(call)])
}

function serviceFiles({ name, endpoints }: ServicePool): RenderedFiles {
  return new Map([[`balancer/endpoints/${name}`, printRows(endpoints)]])
}

function target(pool: ServicePool): Target {
  const inserts =
    sessionCookie(pool) !== undefined &&
    pool.sessionPersistence?.type === 'Cookie' &&
    pool.sessionPersistence.mode !== 'Application'
  return {
    upstream: pool.name,
    directives: inserts ? [directive('set', SET_COOKIE, '')] : [],
    ...(inserts ? { cookie: SET_COOKIE } : {}),
  }
}

/** The function that shows a certificate: a Secret's name has no underscore. */
function shows(name: string): string {
  return `show_${name.replaceAll('-', '_')}`
}

/** TCP goes by nginx's own upstreams, which take endpoints by a reload only. */
function plan(from: View | undefined, to: View): Plan {
  if (from === undefined) {
    return { live: [], reload: ['first start'], services: [...to.services.keys()] }
  }
  const { structure, secrets, endpoints } = viewChanges(from, to, renderedSettings)
  const overTcp = new Set(
    to.tcpRoutes?.flatMap(({ backends }) => backends.map(({ service }) => service)),
  )
  const words = (isTcp: boolean) =>
    endpoints.flatMap(({ service, words }) => (overTcp.has(service) === isTcp ? words : []))
  const live = secrets.filter(({ secret }) => isLiveCertificate(secret, from, to))
  const others = secrets.filter((change) => !live.includes(change))
  return {
    live: [...live.map(({ words }) => words), ...words(false)],
    reload: [...structure, ...others.map(({ words }) => words), ...words(true)],
    services: endpoints.map(({ service }) => service),
    ...(live.length === 0 ? {} : { secrets: live.map(({ secret }) => secret.name) }),
  }
}

/**
 * Shared memory, in steps of powers of two: nginx makes a zone anew where its size is another one, and
 * then reads the endpoints from the files. Where it has become too small for what comes live, the change
 * is refused, and the reload that follows has a larger one.
 */
function sharedMemory(view: View) {
  const { services } = view
  const certificates = liveCertificates(view).length
  const pools = [...services.values()]
  const endpoints = pools.reduce((sum, pool) => sum + pool.endpoints.length, 0)
  const zone = (name: string, bytesEach: number) =>
    directive('lua_shared_dict', `zoogate_${name}`, `${megabytes(endpoints * bytesEach)}m`)
  return [
    // A row has 50 bytes, 200 at most; two generations, twice each while one is written.
    zone('endpoints', 800),
    // A number with its key takes 256 bytes; of two epochs, and of endpoints that have gone.
    zone('load', 1_024),
    zone('outliers', 512),
    // Of clients' addresses: some 80,000.
    directive('lua_shared_dict', 'zoogate_sessions', '16m'),
    // A chain and its key have 8 KB, 64 at most; two versions, of two generations.
    directive('lua_shared_dict', 'zoogate_certificates', `${megabytes(certificates * 32 * 1024)}m`),
  ]
}

function megabytes(bytes: number): number {
  return Math.max(4, 2 ** Math.ceil(Math.log2(bytes / 1024 / 1024 + 1)))
}
