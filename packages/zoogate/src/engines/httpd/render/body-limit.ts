import type { View } from '../../../model/view/view.ts'
import { type Directive, directive, expanded, section } from './directive.ts'
import { HEADERS_SCRIPT, runtimePath } from './files.ts'
import { condition, rule } from './request-checks.ts'

/** A body whose length is not told is counted while it is passed on. */
export function bodyLimit({ limits }: View): readonly Directive[] {
  if (limits?.bodyBytes === undefined) return []
  const filter = 'zoogate_limit_body'
  return [
    expanded(directive('LuaInputFilter', filter, runtimePath(HEADERS_SCRIPT), 'limit_body')),
    section('If', '-z %{req_novary:Content-Length}', [directive('SetInputFilter', filter)]),
  ]
}

/** One whose length is told is refused at once. Of a listener: rules are not inherited. */
export function bodyLengthRules({ limits }: View): readonly Directive[] {
  if (limits?.bodyBytes === undefined) return []
  return [condition('expr', `%{req_novary:Content-Length} -gt ${limits.bodyBytes}`), rule('R=413')]
}
