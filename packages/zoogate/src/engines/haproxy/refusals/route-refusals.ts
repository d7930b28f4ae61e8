import type { Route, TcpRoute, ValueMatch } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isDuration, isWhole } from '../../shared/grammar.ts'
import { WORDS_PER_LINE_MAX } from '../render/directive.ts'
import { filterRefusals } from './filter-refusals.ts'
import {
  expressionProblem,
  HEADER_VALUE_BYTES_MAX,
  isText,
  METHOD,
  pathProblem,
} from './grammar.ts'

/** What the line that selects a route holds beside the names of its conditions. */
const SELECT_WORDS = 16
const CONDITIONS_MAX = WORDS_PER_LINE_MAX - SELECT_WORDS

export function routeRefusals(route: Route, index: number): readonly EngineRefusal[] {
  return gather(`HTTPRoute/${route.id.split('.', 1)[0]}`, (refuse) => {
    const at: Refuse = (path, message) => refuse(['routes', index, ...path], message)
    const { method, headers, query = [] } = route
    const { type, value } = route.path
    const problem = type === 'RegularExpression' ? expressionProblem(value) : pathProblem(value)
    if (problem !== undefined) at(['path', 'value'], problem)
    if (method !== undefined && !METHOD.test(method)) {
      at(['method'], 'must be a method in upper case letters')
    }
    if (headers.length + query.length > CONDITIONS_MAX) {
      at(['headers'], `HAProxy takes at most ${CONDITIONS_MAX}, with those of the query`)
    }
    matchRefusals(headers, (path, message) => at(['headers', ...path], message))
    matchRefusals(query, (path, message) => at(['query', ...path], message))
    query.forEach(({ name }, match) => {
      if (name !== '' && isText(name, HEADER_VALUE_BYTES_MAX)) return
      at(['query', match, 'name'], 'must be printable')
    })
    backendRefusals(route.backends, at)
    for (const name of ['requestMs', 'backendRequestMs'] as const) {
      const timeoutMs = route.timeouts[name]
      if (timeoutMs !== undefined && !isDuration(timeoutMs)) {
        at(['timeouts', name], 'must be from 1 ms to 24 h')
      }
    }
    filterRefusals(route, at)
  })
}

export function tcpRouteRefusals(route: TcpRoute, index: number): readonly EngineRefusal[] {
  return gather(`TCPRoute/${route.id.split('.', 1)[0]}`, (refuse) => {
    backendRefusals(route.backends, (path, message) => {
      refuse(['tcpRoutes', index, ...path], message)
    })
  })
}

function matchRefusals(matches: readonly ValueMatch[], refuse: Refuse): void {
  matches.forEach(({ value, type }, index) => {
    if (type === 'RegularExpression') {
      const problem = expressionProblem(value)
      if (problem !== undefined) refuse([index, 'value'], problem)
    } else if (!isText(value, HEADER_VALUE_BYTES_MAX) || value.trim() !== value) {
      refuse([index, 'value'], 'must be printable, without space at its ends')
    }
  })
}

function backendRefusals(backends: Route['backends'], refuse: Refuse): void {
  backends.forEach(({ weight }, index) => {
    if (!isWhole(weight, 0, 1_000_000)) {
      refuse(['backends', index, 'weight'], 'must be a whole number from 0 to 1000000')
    }
  })
}
