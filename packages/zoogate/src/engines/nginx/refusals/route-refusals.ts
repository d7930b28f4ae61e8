import { regularExpressionProblem } from '../../../model/values/regular-expression.ts'
import type { Route, TcpRoute, ValueMatch, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { checkAnswer } from '../../shared/answer-refusals.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isDuration, isHeaderValue, isText, isWhole } from '../../shared/grammar.ts'
import { routeCondition } from '../render/condition.ts'
import { fitsWord } from '../render/directive.ts'
import { checkFilters } from './filter-refusals.ts'
import { pathProblem } from './path-problem.ts'

const METHOD = /^[A-Z]{1,32}$/
const QUERY_NAME = /^[\x21-\x7e\x80-\uffff]{1,128}$/

/** What nginx cannot carry of a route. */
export function routeRefusals(route: Route, index: number): readonly EngineRefusal[] {
  return gather(`HTTPRoute/${route.id.split('.', 1)[0]}`, (refuseAt) => {
    const refuse: Refuse = (path, message) => refuseAt(['routes', index, ...path], message)
    const { timeouts } = route
    checkMatch(route, refuse)
    checkBackends(route, refuse)
    checkAnswer(route, refuse)
    checkFilters(route, refuse)
    for (const name of ['requestMs', 'backendRequestMs'] as const) {
      if (timeouts[name] !== undefined && !isDuration(timeouts[name])) {
        refuse(['timeouts', name], 'must be from 1 ms to 24 h')
      }
    }
  })
}

export function tcpRouteRefusals(view: View, route: TcpRoute, index: number) {
  return gather(`TCPRoute/${route.id.split('.', 1)[0]}`, (refuseAt) => {
    const refuse: Refuse = (path, message) => refuseAt(['tcpRoutes', index, ...path], message)
    checkBackends(route, refuse)
    const used = route.backends.filter(({ weight }) => weight > 0)
    const tls = used.map(({ service }) => JSON.stringify(view.services.get(service)?.tls))
    if (new Set(tls).size > 1) {
      refuse(['backends'], 'nginx speaks one TLS to all of them: give their Services the same tls')
    }
  })
}

function checkMatch({ method, headers, query = [], path, ...route }: Route, refuse: Refuse): void {
  if (method !== undefined && !METHOD.test(method)) {
    refuse(['method'], 'must be a method in upper case letters')
  }
  const isExpression = path.type === 'RegularExpression'
  const problem = isExpression ? regularExpressionProblem(path.value, '/') : pathProblem(path.value)
  if (problem !== undefined) refuse(['path', 'value'], problem)
  const problems = [
    problem,
    ...headers.map((match, at) => checkValue(match, ['headers', at, 'value'])),
    ...query.map((match, at) => checkValue(match, ['query', at, 'value'])),
  ]
  query.forEach(({ name }, at) => {
    if (!QUERY_NAME.test(name) || !isText(name)) {
      refuse(['query', at, 'name'], 'must be printable, without spaces')
    }
  })
  if (problems.some((each) => each !== undefined)) return
  if (!query.every(({ name }) => isText(name))) return
  const { source, pattern } = routeCondition({
    ...route,
    headers,
    query,
    path,
    ...(method === undefined ? {} : { method }),
  })
  if (!fitsWord(source) || !fitsWord(pattern)) {
    refuse([query.length > 0 ? 'query' : 'headers'], 'are together too long for nginx')
  }

  function checkValue({ type, value }: ValueMatch, at: readonly (string | number)[]) {
    const found =
      type === 'RegularExpression'
        ? regularExpressionProblem(value)
        : isHeaderValue(value) || (value === '' && at[0] === 'query')
          ? undefined
          : 'must be printable, without space at its ends'
    if (found !== undefined) refuse(at, found)
    return found
  }
}

function checkBackends({ backends }: Pick<Route, 'backends'>, refuse: Refuse): void {
  backends.forEach(({ weight }, backend) => {
    if (!isWhole(weight, 0, 1_000_000_000)) {
      refuse(['backends', backend, 'weight'], 'must be a whole number from 0')
    }
  })
}
