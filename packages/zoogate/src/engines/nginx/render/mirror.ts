import type { Route } from '../../../model/view/view.ts'
import { block, type Directive, directive } from './directive.ts'
import { mirrorTo } from './proxy.ts'
import type { ServerContext } from './server.ts'

/** No request has this in its path: nginx resolves dot segments before it chooses a location. */
const FOLDER = '/./mirror/'

/** The way to a route's mirrors, and the locations at its end, which the server has to have. */
export interface Mirrors {
  readonly way: readonly Directive[]
  readonly locations: readonly Directive[]
}

/**
 * Copies of a request to other services. nginx reads the whole body before it sends the first one, and
 * a client's next request on the same connection waits until its copies are answered.
 */
export function mirrorsOf(route: Route, from: number, context: ServerContext): Mirrors {
  const { view, shared, balancing } = context
  const wanted = (route.mirrors ?? []).flatMap(({ service, percent }, index) => {
    const pool = view.services.get(service)
    const upstream = pool === undefined ? undefined : balancing.copyTarget(pool)
    if (pool === undefined || upstream === undefined || percent <= 0) return []
    const path = `${FOLDER}${from + index}`
    return [
      {
        path,
        location: block(
          ['location', '=', path],
          [
            directive('internal'),
            // The answer is dropped, so its failure has no words; and what is found out of it is not
            // for the request itself, with which a copy shares its variables.
            directive('error_page', 418, '=204', '/./none'),
            ...(percent >= 100 ? [] : [sample(percent, index)]),
            ...mirrorTo(pool, upstream, route, context),
          ],
        ),
      },
    ]
  })
  return {
    way: wanted.map(({ path }) => directive('mirror', path)),
    locations: wanted.map(({ location }) => location),
  }

  function sample(percent: number, index: number): Directive {
    const copied = shared.split(
      [
        { name: 'yes', weight: percent },
        { name: 'no', weight: 100 - percent },
      ],
      `mirror ${index} $request_id`,
    )
    return block(['if', '(', copied, '=', 'no', ')'], [directive('return', 204)])
  }
}
