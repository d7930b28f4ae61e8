import type { ServicePool, View } from '../../model/view/view.ts'
import { EngineError, type RenderContext, type RenderedFiles } from '../engine.ts'
import { secretFilesOf } from '../shared/secret-files.ts'
import { loadModules, MODULES, modulesFor } from './program/modules.ts'
import { refusals } from './refusals.ts'
import { answerFiles } from './render/answers.ts'
import { renderBalancers } from './render/balancer.ts'
import { bucketsText } from './render/buckets.ts'
import { clientCertificateFiles } from './render/client-certificates.ts'
import { type Destination, destinationsOf } from './render/destination.ts'
import { type Directive, directive, dollarDefinition, printDirectives } from './render/directive.ts'
import {
  balancerFile,
  bucketsFile,
  CONFIGURATION_FILE,
  controlAddress,
  endpointsFile,
  HEADERS_SCRIPT,
  httpdFiles,
  MANIFEST_FILE,
  runtimeFile,
} from './render/files.ts'
import { headersScript } from './render/headers-script.ts'
import { renderControlListener, renderListener } from './render/listener.ts'
import { tlsSettings } from './render/listener-tls.ts'
import { manifestOf, printManifest } from './render/manifest.ts'
import { DIGITS_FILE, DIGITS_TEXT, isPicked, pickHeaders } from './render/picks.ts'
import { cacheMemory } from './render/route-cache.ts'
import { foldersOf } from './render/route-files.ts'
import { serverSettings } from './render/server-settings.ts'
import { sessionCookies } from './render/session-cookies.ts'
import {
  isKeptByAddress,
  routesFile,
  routesText,
  SESSIONS_SCRIPT,
  sessionsFile,
  sessionsScript,
} from './render/source-sessions.ts'
import { SPLITS_FILE, splitsText } from './render/splits.ts'

/**
 * The files of a generation: `httpd.conf`, one file for each service's members, and what httpd reads
 * at each request. What belongs to the host and not to the traffic (user, pid file, log) is on the
 * command line: see `program.ts`.
 *
 * @throws EngineError `ENGINE_INVALID` for a view that {@link refusals} refuses
 */
export function render(view: View, { paths, generation }: RenderContext): RenderedFiles {
  const refused = refusals(view)[0]
  if (refused !== undefined) {
    throw new EngineError(
      'ENGINE_INVALID',
      `${refused.resource}: ${refused.field} ${refused.message}`,
    )
  }
  const control = controlAddress(paths, view.listeners)
  const context = { view, paths, generation, control }
  const destinations = destinationsOf(view)
  const main: readonly Directive[] = [
    dollarDefinition(),
    ...loadModules([...MODULES, ...modulesFor(view)]),
    ...tlsSettings(view),
    directive('IncludeOptional', httpdFiles(paths).secretFile),
    ...serverSettings(view, { paths, control }),
    // Before the cache, which keeps nothing that names somebody's endpoint.
    ...sessionCookies(view),
    ...cacheMemory(view, paths),
    ...foldersOf(view, paths),
    ...pickHeaders(),
    // The first of an address is the one that takes what names none of them.
    renderControlListener(context),
    ...view.listeners.flatMap((listener) => renderListener(listener, context)),
  ]
  const services = [...view.services.values()]
  return new Map([
    [CONFIGURATION_FILE, printDirectives(main)],
    [MANIFEST_FILE, printManifest(manifestOf(view, generation, control))],
    [runtimeFile(HEADERS_SCRIPT), headersScript(view)],
    ...(services.some(isKeptByAddress)
      ? [[runtimeFile(SESSIONS_SCRIPT), sessionsScript(paths)] as const]
      : []),
    [runtimeFile(SPLITS_FILE), splitsText(view)],
    [runtimeFile(DIGITS_FILE), DIGITS_TEXT],
    ...answerFiles(),
    ...secretFilesOf(view),
    ...clientCertificateFiles(view),
    ...services.flatMap((pool) => serviceFiles(pool, destinations.get(pool.name) ?? [])),
  ])
}

/** Of {@link render}, one service's. A service that the view lacks has none. */
export function renderService(view: View, name: string): RenderedFiles {
  const pool = view.services.get(name)
  if (pool === undefined) return new Map()
  return new Map(serviceFiles(pool, destinationsOf(view).get(name) ?? []))
}

function serviceFiles(
  pool: ServicePool,
  destinations: readonly Destination[],
): readonly (readonly [string, string])[] {
  return [
    ...(isPicked(pool) ? [[runtimeFile(bucketsFile(pool.name)), bucketsText(pool)] as const] : []),
    ...(isKeptByAddress(pool)
      ? ([
          [runtimeFile(routesFile(pool.name)), routesText(pool)],
          [runtimeFile(sessionsFile(pool.name)), ''],
        ] as const)
      : []),
    [balancerFile(pool.name), printDirectives(renderBalancers(pool, destinations))],
    [endpointsFile(pool.name), `${JSON.stringify(pool.endpoints, undefined, 1)}\n`],
  ]
}
