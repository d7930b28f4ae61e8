import type { PathChange, PathMatch } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import { quoteLogFormat } from './quoting.ts'

/** The rule, but for its condition, that puts another path in the place of the client's. The query stays. */
export function changePath(path: PathMatch, { type, value }: PathChange): Directive {
  return type === 'ReplaceFullPath'
    ? ['http-request', 'set-path', quoteLogFormat(value)]
    : replacePrefix(path, value)
}

/** For what lies below a folder: the path behind the route's prefix. */
export function stripPrefix(path: PathMatch): readonly Directive[] {
  return path.type !== 'PathPrefix' || path.value === '/' ? [] : [replacePrefix(path, '/')]
}

/** The prefix is as many segments as it has, in whatever spelling the client wrote them. */
function replacePrefix({ value }: PathMatch, to: string): Directive {
  const segments = value === '/' ? 0 : value.split('/').length - 1
  const prefix = `^(?:/[^/]*){${segments}}`
  const format = quoteLogFormat(to.replace(/\/$/, '')).replaceAll('\\', '\\\\')
  return format === ''
    ? ['http-request', 'replace-path', `${prefix}/?(.*)$`, '/\\1']
    : ['http-request', 'replace-path', `${prefix}(.*)$`, `${format}\\1`]
}
