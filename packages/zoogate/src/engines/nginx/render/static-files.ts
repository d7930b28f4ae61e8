import type { Route, StaticFiles } from '../../../model/view/view.ts'
import { MEDIA_TYPE_ENDINGS } from '../../shared/media-types.ts'
import { connectionMode, type Mode } from './answers.ts'
import { literalPattern } from './condition.ts'
import { block, type Directive, directive, unlessSaid } from './directive.ts'
import { changeOwnResponse } from './header-changes.ts'
import { decodePath } from './routing.ts'
import type { ServerContext } from './server.ts'

/** Tells apart what asks for a folder: what a destination of files ends with, before its mode. */
export const SHAPE = '$zoogate_shape'
const SHAPES = { file: '.file', folder: '.folder' } as const

export function shapeVariables(): readonly Directive[] {
  return [
    block(
      ['map', '$uri', SHAPE],
      [directive('default', SHAPES.file), directive('~/\\z', SHAPES.folder)],
    ),
  ]
}

/**
 * Files below a folder. nginx's index module would start over with another path, and so come to other
 * routes; `try_files` finds the index within the location. A folder without the slash at its end is
 * redirected to it, in the client's own spelling, as relative links within need it.
 */
export function renderStatic(
  name: string,
  files: StaticFiles,
  route: Route,
  mode: Mode,
  filters: readonly Directive[],
  { shared }: ServerContext,
): readonly Directive[] {
  const root = directive('root', shared.text(files.root))
  const own = changeOwnResponse(route.responseHeaders, shared)
  const common = [
    ...connectionMode(mode),
    ...filters,
    root,
    directive('sendfile', 'on'),
    // What changes on the disk is not sent from memory, nor half of it.
    directive('open_file_cache', 'off'),
    ...unlessSaid([mediaTypes(), directive('default_type', 'application/octet-stream')], own),
    ...own,
    ...belowPrefix(route),
  ]
  const missing = `${name}.missing${mode}`
  return [
    block(
      ['location', `${name}${SHAPES.file}${mode}`],
      [...common, directive('try_files', '$uri', missing)],
    ),
    block(
      ['location', `${name}${SHAPES.folder}${mode}`],
      [...common, directive('try_files', ...indexFiles(files), '=404')],
    ),
    block(
      ['location', missing],
      [
        ...connectionMode(mode),
        root,
        ...own.filter(({ words: [first] }) => first === 'add_header'),
        block(
          ['if', '(', '-d', '$document_root$uri', ')'],
          [directive('return', 301, '$scheme://$zoogate_host$zoogate_path/$is_args$args')],
        ),
        directive('return', 404),
      ],
    ),
  ]
}

/** What asks for a folder is no file itself, where there is no index to look for. */
function indexFiles({ index }: StaticFiles): readonly string[] {
  return index.length === 0 ? ['$uri'] : index.map((file) => `\${uri}${file}`)
}

/** Makes the path what lies behind the route's prefix. Any other route's path stays whole. */
export function belowPrefix({ path }: Pick<Route, 'path'>): readonly Directive[] {
  const prefix = path.type === 'PathPrefix' ? decodePath(path.value).replace(/\/$/, '') : ''
  if (prefix === '') return []
  return [
    directive('rewrite', `^${literalPattern(prefix)}(/(?s:.*))\\z`, '$1', 'break'),
    directive('rewrite', `^${literalPattern(prefix)}\\z`, '/', 'break'),
  ]
}

function mediaTypes(): Directive {
  return block(
    'types',
    Object.entries(MEDIA_TYPE_ENDINGS).map(([type, endings]) => directive(type, ...endings)),
  )
}
