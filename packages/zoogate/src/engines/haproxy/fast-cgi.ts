import type { FastCgi, Route, View } from '../../model/view.ts'
import type { Section } from './directive.ts'
import { stripPrefix } from './paths.ts'
import { quoteArgument } from './quoting.ts'
import { routeTimeout } from './timeouts.ts'
import { digest } from './variants.ts'

/** A program's name ends in `.php`; what follows is PATH_INFO. */
const PROGRAM_AND_REST = String.raw`^(/.+\.php)(/.*)?$`
const URI = 'txn.zoogate_uri'
const SCRIPT = 'txn.zoogate_script'

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
  const program = `path,url_dec,regsub(${quoteArgument('/$')},${quoteArgument(`/${index}`)})`
  const script = `regsub(${quoteArgument(PROGRAM_AND_REST)},${quoteArgument('\\1')})`
  return [
    {
      heading: ['fcgi-app', name],
      directives: [
        ['docroot', root],
        ['index', index],
        ['path-info', PROGRAM_AND_REST],
        // What the client asked for, though the program is told a path below its root.
        ['set-param', 'REQUEST_URI', `%[var(${URI})]`],
        ['set-param', 'SCRIPT_NAME', `%[var(${SCRIPT})]`],
      ],
    },
    {
      heading: ['backend', name],
      directives: [
        ['http-request', `set-var(${URI})`, 'pathq'],
        ['http-request', `set-var(${SCRIPT})`, `${program},${script}`],
        ...stripPrefix(route.path),
        routeTimeout(),
        ['use-fcgi-app', name],
        ['server', 'program', serverAddress(address), 'proto', 'fcgi'],
      ],
    },
  ]
}

function serverAddress(address: string): string {
  return address.startsWith('unix:') ? `unix@${address.slice('unix:'.length)}` : address
}
