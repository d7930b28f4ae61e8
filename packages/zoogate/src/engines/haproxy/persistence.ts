import type { ServicePool } from '../../model/view.ts'
import type { Directive } from './directive.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { PEERS, sessionTable } from './tables.ts'

const SESSION = 'txn.zoogate_session'

/**
 * Sessions by the server's name, with rules and not with HAProxy's `cookie`: that one gives a
 * server which was added at run time no cookie. A name that is unknown or down falls through to the
 * algorithm.
 */
export function persistence({ name, sessionPersistence }: ServicePool): readonly Directive[] {
  if (sessionPersistence === undefined) return []
  if (sessionPersistence.type === 'SourceIP') {
    return [['stick', 'on', 'src', 'table', `${PEERS}/${sessionTable(name)}`]]
  }
  const { sessionName, mode } = sessionPersistence
  const cookie = `req.cook(${quoteArgument(sessionName)})`
  return mode === 'Application' ? applicationCookie(cookie) : ownCookie(sessionName, cookie)
}

/** The response names the endpoint that answered instead. */
function ownCookie(name: string, cookie: string): readonly Directive[] {
  return [
    ['http-request', `set-var(${SESSION})`, cookie],
    useServer(),
    [
      ...['http-response', 'add-header', 'Set-Cookie'],
      `${quoteLogFormat(name)}=%[srv_name]; Path=/; HttpOnly`,
      ...['unless', '{', `srv_name,strcmp(${SESSION})`, 'eq', '0', '}'],
    ],
  ]
}

/** What follows the first dot: an endpoint's id may have dots, a servlet container's session id has none. */
function applicationCookie(cookie: string): readonly Directive[] {
  const behindDot = `regsub(${quoteArgument('^[^.]*[.]')},)`
  return [
    [
      ...['http-request', `set-var(${SESSION})`, `${cookie},${behindDot}`],
      ...['if', '{', cookie, '-m', 'sub', '.', '}'],
    ],
    useServer(),
  ]
}

function useServer(): Directive {
  const session = `var(${SESSION})`
  return ['use-server', `%[${session}]`, 'if', '{', session, '-m', 'found', '}']
}
