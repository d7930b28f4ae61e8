import type { FastCgi, Route, View } from '../../../model/view/view.ts'
import { compress, keep } from './backend.ts'
import type { Directive, Section } from './directive.ts'
import { stripPrefix } from './paths.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { isRoute } from './route-match.ts'
import { routeTimeout } from './timeouts.ts'
import { digest, variantOf } from './variants.ts'

/** A program's name ends in `.php`; what follows is PATH_INFO. */
const PROGRAM_AND_REST = String.raw`^(/.+?\.php)(/.*)?$`
const URI = 'txn.zoogate_uri'
const SCRIPT = 'txn.zoogate_script'
const FILE = 'txn.zoogate_file'
const REST = 'txn.zoogate_rest'
/** Who was asked for a password, and gave it. */
const USER = 'txn.zoogate_user'

export function fastCgiBackendName({ id }: Pick<Route, 'id'>): string {
  return `fastcgi-${digest(id)}`
}

/** Keeps the user for the program, before anything changes the request's headers. */
export function keepUser(route: Route): readonly Directive[] {
  const { access, answer } = route
  if (answer?.type !== 'fastcgi' || access?.basicAuth === undefined) return []
  return [['http-request', `set-var(${USER})`, 'http_auth_user', 'if', ...isRoute(route)]]
}

/** What carries the routes that are answered by FastCGI programs: an application and a backend each. */
export function fastCgiSections({ routes }: View): readonly Section[] {
  return routes.flatMap((route) =>
    route.answer?.type === 'fastcgi' ? sectionsOf(route, route.answer) : [],
  )
}

function sectionsOf(route: Route, { address, root, index }: FastCgi): readonly Section[] {
  const name = fastCgiBackendName(route)
  const asks = route.access?.basicAuth !== undefined
  const whole = `path,url_dec,regsub(${quoteArgument('/$')},${quoteArgument(`/${index}`)})`
  const part = (number: 1 | 2) =>
    `${whole},regsub(${quoteArgument(PROGRAM_AND_REST)},${quoteArgument(`\\${number}`)})`
  const hasRest = ['if', '{', 'path,url_dec', '-m', 'reg', '--', String.raw`\.php/`, '}']
  return [
    {
      heading: ['fcgi-app', name],
      directives: [
        ['docroot', root],
        // A connection that is kept keeps a process of php-fpm's, which has few, from everybody else.
        ['no', 'option', 'keep-conn'],
        // HAProxy would say these of the path below the root; programs are told what the client asked for.
        ['set-param', 'REQUEST_URI', `%[var(${URI})]`],
        ['set-param', 'SCRIPT_NAME', `%[var(${SCRIPT})]`],
        [
          'set-param',
          'SCRIPT_FILENAME',
          `${quoteLogFormat(root.replace(/\/$/, ''))}%[var(${FILE})]`,
        ],
        [
          ...['set-param', 'PATH_INFO', `%[var(${REST})]`],
          ...['if', '{', `var(${REST})`, '-m', 'found', '}'],
        ],
        ...(asks
          ? [
              [
                ...['set-param', 'REMOTE_USER', `%[var(${USER})]`],
                ...['if', '{', `var(${USER})`, '-m', 'found', '}'],
              ],
            ]
          : []),
      ],
    },
    {
      heading: ['backend', name],
      directives: [
        ...keep(variantOf(route)),
        // HAProxy would make a REMOTE_USER of it, whoever looked at the password; programs get no more of it.
        ['http-request', 'del-header', 'Authorization'],
        ['http-request', `set-var(${URI})`, 'pathq'],
        ['http-request', `set-var(${SCRIPT})`, part(1)],
        ['http-request', `set-var(${REST})`, part(2), ...hasRest],
        ...stripPrefix(route.path),
        ['http-request', `set-var(${FILE})`, part(1)],
        routeTimeout(),
        ...compress(variantOf(route)),
        ['use-fcgi-app', name],
        ['server', 'program', serverAddress(address), 'proto', 'fcgi'],
      ],
    },
  ]
}

function serverAddress(address: string): string {
  return address.startsWith('unix:') ? `unix@${address.slice('unix:'.length)}` : address
}
