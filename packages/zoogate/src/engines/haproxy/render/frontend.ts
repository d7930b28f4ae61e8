import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { Listener, Route, View } from '../../../model/view/view.ts'
import { answer } from './answer.ts'
import { AGE_END, DEFAULT_AGE_HEADER } from './backend.ts'
import { keepKeys } from './balance.ts'
import { binds } from './bind.ts'
import { forwardedHeaders } from './client.ts'
import type { Directive, Section } from './directive.ts'
import { chooseByWeight, type Lines } from './ejections.ts'
import { fastCgiBackendName, keepUser } from './fast-cgi.ts'
import type { HaproxyHost } from './host.ts'
import { frontendName } from './names.ts'
import { tellSession } from './persistence.ts'
import { anyHeader, HOP_BY_HOP, refuseRequests, refuseSizes } from './request-checks.ts'
import { guards, redirect, responseChanges, rewrite } from './route-answers.ts'
import { isRoute, matchRoutes, ROUTE } from './route-match.ts'
import { TIMEOUT_VARIABLE } from './timeouts.ts'
import { variantOf } from './variants.ts'

/** The frontend section of one listener of requests: which one goes to which backend. */
export function frontendSection(view: View, listener: Listener, host: HaproxyHost): Section {
  const routes = view.routes.filter(({ listeners }) => listeners.includes(listener.name))
  const choices = routes.map((route) => chooseBackend(view, route))
  return {
    heading: ['frontend', frontendName(listener.name)],
    directives: [
      ...binds(view, listener, host),
      ['maxconn', String(view.concurrency.maxConnections)],
      // HTTP/2 is spoken where it was agreed upon (ALPN), and not for a preface alone.
      ['option', 'disable-h2-upgrade'],
      ...refuseRequests(),
      ...refuseSizes(view),
      ...forwardedHeaders(view, listener),
      ...matchRoutes(routes),
      answer(404, ANSWERS.noRoute, ['unless', '{', `var(${ROUTE})`, '-m', 'found', '}']),
      ...routes.flatMap(guards),
      ...routes.flatMap(keepUser),
      ...routes.flatMap((route) => ownAnswer(view, listener, route)),
      ...routes.flatMap(setTimeout),
      ...routes.flatMap(limitRetries),
      ...keepKeys(view, routes),
      ...routes.flatMap(rewrite),
      ...choices.flatMap(({ rules }) => rules),
      ...choices.flatMap(({ uses }) => uses),
      ['http-response', 'del-header', anyHeader(HOP_BY_HOP), '-m', 'reg'],
      ['http-response', 'del-header', 'Upgrade', 'unless', '{', 'status', '101', '}'],
      ...(routes.some(({ cache }) => cache !== undefined) ? hideDefaultAge() : []),
      ...routes.flatMap(responseChanges),
      ...tellSession(view, routes),
    ],
  }
}

function ownAnswer(view: View, listener: Listener, route: Route): readonly Directive[] {
  return route.answer?.type === 'redirect' ? redirect(view, listener, route, route.answer) : []
}

/**
 * The server timeout is HAProxy's only one that a request can set. It covers the wait for the
 * response's head, and each silence in its body; connecting has `timeout connect`.
 */
function setTimeout(route: Route): readonly Directive[] {
  const { requestMs = Infinity, backendRequestMs = Infinity } = route.timeouts
  const timeoutMs = Math.min(requestMs, backendRequestMs)
  if (timeoutMs === Infinity) return []
  const value = `int(${timeoutMs})`
  return [['http-request', `set-var(${TIMEOUT_VARIABLE})`, value, 'if', ...isRoute(route)]]
}

/** Backends retry what is idempotent; a route may want less. A connection that failed is tried again for all. */
function limitRetries(route: Route): readonly Directive[] {
  if (route.retry === undefined) return []
  const { methods } = route.retry
  const isNone = methods.length === 0 ? [] : ['!{', 'method', ...methods, '}']
  return [['http-request', 'disable-l7-retry', 'if', ...isRoute(route), ...isNone]]
}

function chooseBackend(view: View, route: Route): Lines {
  if (route.answer?.type === 'redirect') return { rules: [], uses: [] }
  if (route.answer?.type === 'fastcgi') {
    const use = ['use_backend', fastCgiBackendName(route), 'if', ...isRoute(route)]
    return { rules: [], uses: [use] }
  }
  const lines = chooseByWeight(view, route.backends, {
    rules: ['http-request'],
    variant: variantOf(route),
    condition: isRoute(route),
  })
  const nobody = answer(503, ANSWERS.unavailable, ['if', ...isRoute(route)])
  return lines ?? { rules: [nobody], uses: [] }
}

/** The cache kept a response by an age of ours, or read it to its end: clients are told neither. */
function hideDefaultAge(): readonly Directive[] {
  const isOurs = ['{', `res.fhdr(${DEFAULT_AGE_HEADER})`, '-m', 'found', '}']
  return [
    ['http-after-response', 'del-header', 'Cache-Control', 'if', ...isOurs],
    ['http-after-response', 'del-header', DEFAULT_AGE_HEADER],
    ['http-after-response', 'replace-header', 'Cache-Control', `^(.*)${AGE_END}$`, '\\1'],
  ]
}
