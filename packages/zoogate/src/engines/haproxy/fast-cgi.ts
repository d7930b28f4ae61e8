import type { FastCgi, Route, View } from '../../model/view.ts'
import { compress, keep } from './backend.ts'
import type { Section } from './directive.ts'
import { stripPrefix } from './paths.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { routeTimeout } from './timeouts.ts'
import { digest, variantOf } from './variants.ts'

/** A program's name ends in `.php`; what follows is PATH_INFO. */
const PROGRAM_AND_REST = String.raw`^(/.+?\.php)(/.*)?$`
const URI = 'txn.zoogate_uri'
const SCRIPT = 'txn.zoogate_script'
const FILE = 'txn.zoogate_file'
const REST = 'txn.zoogate_rest'

export function fastCgiBackendName({ id }: Pick<Route, 'id'>): string {
  return `fastcgi-${digest(id)}`
}

/** What carries the routes that are answered by FastCGI programs: an application and a backend each. */
export function fastCgiSections({ routes }: View): readonly Section[] {
  return routes.flatMap((route) =>
    route.answer?.type === 'fastcgi' ? sectionsOf(route, route.answer) : [],
  )
}

function sectionsOf(route: Route, { address, root, index }: FastCgi): readonly Section[] {
  const name = fastCgiBackendName(route)
  const whole = `path,url_dec,regsub(${quoteArgument('/$')},${quoteArgument(`/${index}`)})`
  const part = (number: 1 | 2) =>
    `${whole},regsub(${quoteArgument(PROGRAM_AND_REST)},${quoteArgument(`\\${number}`)})`
  const hasRest = ['if', '{', 'path,url_dec', '-m', 'reg', '--', String.raw`\.php/`, '}']
  return [
    {
      heading: ['fcgi-app', name],
      directives: [
        ['docroot', root],
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
      ],
    },
    {
      heading: ['backend', name],
      directives: [
        ...keep(variantOf(route)),
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
