import { join } from 'node:path'
import { HOST_OF_NOBODY } from '@zoogate/proxy/request-rules'
import type { Cgi, Route, StaticFiles, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { MEDIA_TYPE_ENDINGS } from '../../shared/media-types.ts'
import { REFUSED_METHOD } from './answers.ts'
import { type Directive, directive, section } from './directive.ts'
import { literalText } from './pattern.ts'
import { AUTHORITY, condition, PATH, SEARCH } from './request-checks.ts'
import type { Action } from './route-actions.ts'
import { behindPrefix } from './route-match.ts'
import { carries, type RouteSettings } from './route-settings.ts'

const ONLY_READ = 'files are for GET and HEAD alone'

/** Not `END`: that would hold for what comes of a failure too, and leave it without words of ours. */
const SERVED: readonly string[] = ['L']

/**
 * Files below a folder. httpd's index module would ask for another path within httpd, and so come to
 * other routes; so the index is looked for by rules. A folder without the slash at its end is
 * redirected to it, in the client's own spelling, as relative links within need it.
 */
export function staticActions(
  { root, index }: StaticFiles,
  { path }: Route,
  scheme: 'http' | 'https',
): readonly Action[] {
  const file = `${literalText(root)}$1`
  const is = (what: '-f' | '-d', name: string) => condition(name, what)
  const slash = `${PATH}/${SEARCH}`
  return [
    {
      conditions: [condition('%{REQUEST_METHOD}', '!^(?:GET|HEAD)$')],
      flags: [`E=${REFUSED_METHOD}:${ONLY_READ}`, 'R=405'],
    },
    ...index.map((name) => ({
      conditions: [is('-f', file + literalText(name))],
      pattern: behindPrefix(path, '/(?:.*/)?'),
      target: file + literalText(name),
      flags: SERVED,
    })),
    {
      conditions: [is('-f', file)],
      pattern: behindPrefix(path, '/.*[^/]'),
      target: file,
      flags: SERVED,
    },
    {
      conditions: [is('-d', file), condition(AUTHORITY, '^(.+)$')],
      pattern: behindPrefix(path, '|/.*[^/]'),
      target: `${scheme}://%1${slash}`,
      flags: ['R=301', 'NE', 'UnsafeAllow3F', 'END'],
    },
    {
      conditions: [is('-d', file)],
      pattern: behindPrefix(path, '|/.*[^/]'),
      target: `${scheme}://${HOST_OF_NOBODY}${slash}`,
      flags: ['R=301', 'NE', 'UnsafeAllow3F', 'END'],
    },
    { flags: ['R=404'] },
  ]
}

/** Programs below a folder: httpd finds where the program's name ends. */
export function cgiActions({ root }: Cgi, { path }: Route): readonly Action[] {
  const file = `${literalText(root)}$1`
  const pattern = behindPrefix(path, '/.*')
  return [
    {
      conditions: [condition(file, '!-d')],
      pattern,
      target: file,
      flags: ['H=cgi-script', ...SERVED],
    },
    { flags: ['R=404'] },
  ]
}

/** Programs that say nothing for longer than their route lets them get no longer. */
export function endPrograms({ silences }: RouteSettings): readonly Directive[] {
  return silences
    .entries()
    .map(([number, seconds]) =>
      section('If', carries('silence', number), [directive('CGIDScriptTimeout', `${seconds}s`)]),
    )
}

/** What httpd lets be read, and be run, of the host's files: for all listeners. */
export function foldersOf({ routes }: View, { run }: EnginePaths): readonly Directive[] {
  const answers = routes.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
  const roots = (type: 'static' | 'cgi') => [
    ...new Set(answers.flatMap((answer) => (answer.type === type ? [answer.root] : []))),
  ]
  const files = roots('static')
  const programs = roots('cgi')
  return [
    ...(files.length === 0 ? [] : mediaTypes()),
    ...files.map((root) => section('Directory', root, readable())),
    directive('ScriptSock', join(run, 'httpd-cgi')),
    ...programs.map((root) =>
      section('Directory', root, [
        directive('Require', 'all', 'granted'),
        directive('Options', 'FollowSymLinks', 'ExecCGI'),
        directive('CGIPassAuth', 'On'),
      ]),
    ),
  ]
}

function readable(): readonly Directive[] {
  const endings = Object.values(MEDIA_TYPE_ENDINGS).flat()
  return [
    directive('Require', 'all', 'granted'),
    // What changes on the disk is not sent from memory, nor half of it.
    directive('EnableMMAP', 'Off'),
    section('FilesMatch', `(?i)^(?!.*\\.(?:${endings.join('|')})$)`, [
      directive('ForceType', 'application/octet-stream'),
    ]),
  ]
}

function mediaTypes(): readonly Directive[] {
  return [
    directive('TypesConfig', '/dev/null'),
    ...Object.entries(MEDIA_TYPE_ENDINGS).map(([type, endings]) =>
      directive('AddType', type, ...endings.map((ending) => `.${ending}`)),
    ),
  ]
}
