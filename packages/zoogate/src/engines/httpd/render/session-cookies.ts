import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { View } from '../../../model/view/view.ts'
import { destinationsOf } from './destination.ts'
import { type Directive, directive } from './directive.ts'
import { headerFormat } from './header-format.ts'
import { WAS_PICKED } from './picks.ts'

/**
 * Names whoever answered, where that is not whom the client's cookie named.
 * @param only for responses that are these, as an expression
 */
export function sessionCookies(view: View, only?: string): readonly Directive[] {
  const destinations = destinationsOf(view)
  return [...view.services.values()].flatMap((pool) => {
    const cookie = sessionCookie(pool)
    if (cookie === undefined || pool.sessionPersistence?.type !== 'Cookie') return []
    if (pool.sessionPersistence.mode === 'Application') return []
    return (destinations.get(pool.name) ?? []).map(({ name }) =>
      directive(
        'Header',
        'add',
        'Set-Cookie',
        `${headerFormat(cookie)}=%{BALANCER_WORKER_ROUTE}e; Path=/; HttpOnly`,
        `expr=${only === undefined ? '' : `${only} && `}%{ENV:BALANCER_NAME} == 'balancer://${name}' && (-n %{ENV:BALANCER_ROUTE_CHANGED} || ${WAS_PICKED})`,
      ),
    )
  })
}
