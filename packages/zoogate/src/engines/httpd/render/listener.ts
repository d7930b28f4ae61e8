import type { Listener, View } from '../../../model/view/view.ts'
import type { RenderContext } from '../../engine.ts'
import { ANSWER_PREFIX, answerFile, TIMED_OUT_PATH } from './answers.ts'
import { bodyLengthRules } from './body-limit.ts'
import { proxyProtocol } from './client-address.ts'
import { destinationsOf } from './destination.ts'
import { type Directive, directive, expanded, rewriteDirective, section } from './directive.ts'
import {
  balancerFile,
  type ControlAddress,
  GENERATION_HEADER,
  httpdFiles,
  OVER_CONTROL,
  runtimePath,
  SECRET_HEADER,
  SECRET_VARIABLE,
} from './files.ts'
import { furtherTries } from './further-tries.ts'
import { listenerHosts } from './listener-hosts.ts'
import { listenerTls } from './listener-tls.ts'
import { literalPattern } from './pattern.ts'
import { pickRules } from './picks.ts'
import { condition, requestChecks, rule } from './request-checks.ts'
import { askForUsers } from './route-access.ts'
import { keepNothing, keepResponses } from './route-cache.ts'
import { fastCgiServers } from './route-fastcgi.ts'
import { endPrograms } from './route-files.ts'
import { routeFilters } from './route-filters.ts'
import { responseFilters } from './route-responses.ts'
import { RouteSettings, VARIABLES } from './route-settings.ts'
import { carryOut, routeRules } from './routes.ts'
import { DRAWS_MAP, SPLITS_FILE, SPLITS_MAP } from './splits.ts'

export interface ListenerContext extends RenderContext {
  readonly view: View
  readonly control: ControlAddress
}

/** The control listener's own name. No listener has a dot in its name. */
export const CONTROL_HOST = 'the.control.zoogate.invalid'

/** One listener: virtual hosts on its own address and, for the agent, on the control listener's. */
export function renderListener(listener: Listener, context: ListenerContext): readonly Directive[] {
  const { view, control } = context
  const splits = runtimePath(SPLITS_FILE)
  const routes = view.routes.filter(({ listeners }) => listeners.includes(listener.name))
  const settings = new RouteSettings()
  const rules = routeRules(routes, {
    view,
    scheme: listener.protocol === 'HTTPS' ? 'https' : 'http',
    port: listener.port,
    drainFlag: httpdFiles(context.paths).drainFlag,
    settings,
  })
  const carried = [
    ...[...view.services.keys()].map((service) => directive('Include', balancerFile(service))),
    ...letAgentIn(context, 'balancer-manager', inLargePieces()),
    directive('RewriteEngine', 'On'),
    // Else `GET *` would be looked at by nobody.
    directive('RewriteOptions', 'AllowAnyURI'),
    expanded(directive('RewriteMap', DRAWS_MAP, `rnd:${splits}`)),
    expanded(directive('RewriteMap', SPLITS_MAP, `txt:${splits}`)),
    ...controlRequests(control),
    ...keepNothing(settings),
    ...ownAnswers(),
    ...requestChecks(),
    ...bodyLengthRules(view),
    ...rules,
    ...pickRules([...view.services.values()], destinationsOf(view)),
    ...carryOut(),
    ...routeFilters(settings, view),
    ...responseFilters(settings),
    ...askForUsers(settings, context),
    ...keepResponses(listener, settings),
    ...fastCgiServers(settings),
    ...endPrograms(settings),
  ]
  return listenerHosts(listener, view).map((host) =>
    section(
      'VirtualHost',
      [
        `${listener.address.includes(':') ? `[${listener.address}]` : listener.address}:${listener.port}`,
        at(control),
      ],
      [
        directive('ServerName', host.name),
        ...(host.aliases.length === 0 ? [] : [directive('ServerAlias', ...host.aliases)]),
        ...listenerTls(listener, host),
        ...proxyProtocol(view),
        // Not used: httpd only checks members (`forms.ts`) of virtual hosts that say something of checks.
        directive('ProxyHCTemplate', 'zoogate_waking', 'hcmethod=TCP'),
        ...carried,
      ],
    ),
  )
}

/** Tells the agent which generation serves, and how many connections there are. */
export function renderControlListener(context: ListenerContext): Directive {
  return section('VirtualHost', at(context.control), [
    directive('ServerName', CONTROL_HOST),
    ...letAgentIn(context, 'server-status'),
  ])
}

function at({ address, port }: ControlAddress): string {
  return `${address}:${port}`
}

/** Who comes over the control listener and shows the secret. */
function isAgent(): string {
  return `-n %{ENV:${OVER_CONTROL}} && %{req_novary:${SECRET_HEADER}} == '\${${SECRET_VARIABLE}}'`
}

function letAgentIn(
  { control, generation }: ListenerContext,
  handler: string,
  more: readonly Directive[] = [],
): readonly Directive[] {
  return [
    directive('SetEnvIf', 'Server_Addr', `^${literalPattern(control.address)}$`, OVER_CONTROL),
    expanded(
      section('If', isAgent(), [
        directive('SetHandler', handler),
        directive('Require', 'all', 'granted'),
        directive('Header', 'always', 'set', GENERATION_HEADER, generation),
        ...more,
      ]),
    ),
  ]
}

/** httpd writes its pages in pieces of 8 KB, each of which would wake the agent: half of what reading them costs. */
function inLargePieces(): readonly Directive[] {
  return [directive('SetOutputFilter', 'BUFFER'), directive('BufferSize', 65_536)]
}

/** Nothing that comes over the control listener is carried. */
function controlRequests({ address }: ControlAddress): readonly Directive[] {
  return [condition('%{SERVER_ADDR}', `^${literalPattern(address)}$`), rule('END')]
}

/** What httpd was sent to by itself, as `ErrorDocument` says, is a file; from outside it is a path like any other. */
function ownAnswers(): readonly Directive[] {
  const answer = `^${literalPattern(ANSWER_PREFIX)}([0-9]+)`
  return [
    // The answer is for the route still.
    condition(`%{ENV:REDIRECT_${VARIABLES.look}}`, '^(.+)$'),
    rule(`E=${VARIABLES.look}:%1`),
    ...furtherTries(),
    condition('%{ENV:REDIRECT_STATUS}', '^502$'),
    rewriteDirective(
      'RewriteRule',
      `^${literalPattern(TIMED_OUT_PATH)}`,
      runtimePath(answerFile(504)),
      '[END,UnsafePrefixStat]',
    ),
    // A target that httpd itself could not decode is refused as any that we refuse.
    condition('%{ENV:REDIRECT_STATUS}', '^404$'),
    condition('%{ENV:REDIRECT_zoogate_target}', '^$'),
    rewriteDirective('RewriteRule', answer, runtimePath(answerFile(400)), '[END,UnsafePrefixStat]'),
    condition('%{ENV:REDIRECT_STATUS}', '!^$'),
    rewriteDirective('RewriteRule', answer, runtimePath('$1.asis'), '[END,UnsafePrefixStat]'),
    // A program that says a path alone sends httpd there, which would find the same program: so the client goes.
    condition('%{ENV:REDIRECT_STATUS}', '!^$'),
    rewriteDirective('RewriteRule', '^(.*)$', '$1', '[R=302,END]'),
  ]
}
