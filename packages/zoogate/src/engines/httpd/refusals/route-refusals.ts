import { regularExpressionProblem } from '../../../model/values/regular-expression.ts'
import type { Route, ValueMatch, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { checkAnswer } from '../../shared/answer-refusals.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isDuration, isHeaderValue, isText, isWhole } from '../../shared/grammar.ts'
import { WORD_BYTES_MAX } from '../render/directive.ts'
import { pathPattern, queryPattern, valuePattern } from '../render/route-match.ts'
import { checkFilters } from './filter-refusals.ts'

/** Longest path, which becomes a word of httpd's. */
const PATH_BYTES_MAX = 1_024
const METHOD = /^[A-Z]{1,32}$/
const QUERY_NAME = /^[\x21-\x7e\x80-\uffff]{1,128}$/

/** What httpd cannot carry of a route. */
export function routeRefusals(view: View, route: Route, index: number): readonly EngineRefusal[] {
  return gather(`HTTPRoute/${route.id.split('.', 1)[0]}`, (refuseAt) => {
    const refuse: Refuse = (path, message) => refuseAt(['routes', index, ...path], message)
    const { timeouts, backends } = route
    checkMatch(route, refuse)
    backends.forEach(({ weight }, backend) => {
      if (!isWhole(weight, 0, 1_000_000_000)) {
        refuse(['backends', backend, 'weight'], 'must be a whole number from 0')
      }
    })
    checkAnswer(route, refuse)
    checkFilters(view, route, refuse)
    for (const name of ['requestMs', 'backendRequestMs'] as const) {
      if (timeouts[name] !== undefined && !isDuration(timeouts[name])) {
        refuse(['timeouts', name], 'must be from 1 ms to 24 h')
      }
    }
  })
}

function checkMatch({ method, headers, query = [], path }: Route, refuse: Refuse): void {
  if (method !== undefined && !METHOD.test(method)) {
    refuse(['method'], 'must be a method in upper case letters')
  }
  const isExpression = path.type === 'RegularExpression'
  check(
    ['path', 'value'],
    isExpression ? regularExpressionProblem(path.value, '/') : pathProblem(path.value),
    () => pathPattern(path),
  )
  headers.forEach((match, at) => {
    check(['headers', at, 'value'], valueProblem(match, false), () => valuePattern(match))
  })
  query.forEach((match, at) => {
    const { name } = match
    const problem = valueProblem(match, true)
    if (!QUERY_NAME.test(name) || !isText(name)) {
      refuse(['query', at, 'name'], 'must be printable, without spaces')
    } else check(['query', at, 'value'], problem, () => queryPattern(match))
  })

  function check(
    at: readonly (string | number)[],
    problem: string | undefined,
    pattern: () => string,
  ): void {
    if (problem !== undefined) refuse(at, problem)
    else if (pattern().length > WORD_BYTES_MAX - 4) refuse(at, 'is too long for httpd')
  }
}

function valueProblem({ type, value }: ValueMatch, mayBeEmpty: boolean): string | undefined {
  if (type === 'RegularExpression') return regularExpressionProblem(value)
  if (isHeaderValue(value) || (value === '' && mayBeEmpty)) return undefined
  return 'must be printable, without space at its ends'
}

function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must begin with "/"'
  if (path.startsWith('//')) return 'must not begin with "//": httpd takes the two for one'
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return `must have at most ${PATH_BYTES_MAX} bytes`
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return 'must decode to UTF-8 text'
  }
  if (decoded.includes('\0') || !isText(decoded)) return 'must decode to text without NUL'
  // Such requests are refused in the request, so such a route could never match.
  return /\/\.{1,2}(\/|$)/.test(decoded) ? 'must not have "." or ".." as a segment' : undefined
}
