import type { Directive } from './directive.ts'

/** Milliseconds that the endpoint has for its answer: set by the route, used by the backend. */
export const TIMEOUT_VARIABLE = 'txn.zoogate_timeout'

/** Of a backend: takes the timeout that the route asks for. */
export function routeTimeout(): Directive {
  return [
    ...['http-request', 'set-timeout', 'server', `var(${TIMEOUT_VARIABLE})`],
    ...['if', '{', `var(${TIMEOUT_VARIABLE})`, '-m', 'found', '}'],
  ]
}
