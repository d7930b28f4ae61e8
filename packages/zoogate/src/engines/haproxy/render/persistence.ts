import type { Route, ServicePool, View } from '../../../model/view/view.ts'
import { keyVariable } from './balance.ts'
import type { Directive } from './directive.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { PEERS, sessionTable } from './tables.ts'

const SESSION = 'txn.zoogate_session'
/** The Set-Cookie of a client whose session is another one from now on. */
const NEW_SESSION = 'txn.zoogate_new_session'

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
  const cookie = `var(${keyVariable({ type: 'cookie', name: sessionName })})`
  return mode === 'Application' ? applicationCookie(cookie) : ownCookie(sessionName, cookie)
}

/** The response names the endpoint that answered instead. One from the cache has none to name. */
function ownCookie(name: string, cookie: string): readonly Directive[] {
  return [
    ['http-request', `set-var(${SESSION})`, cookie],
    useServer(),
    [
      ...['http-response', `set-var-fmt(${NEW_SESSION})`],
      `${quoteLogFormat(name)}=%[srv_name]; Path=/; HttpOnly`,
      ...['if', '{', 'srv_name', '-m', 'found', '}'],
      ...['!{', `srv_name,strcmp(${SESSION})`, 'eq', '0', '}'],
    ],
  ]
}

/** After all that a route does with the endpoint's own cookies. */
export function tellSession({ services }: View, routes: readonly Route[]): readonly Directive[] {
  const begins = routes.some(({ backends }) =>
    backends.some(({ service }) => {
      const persistence = services.get(service)?.sessionPersistence
      return persistence?.type === 'Cookie' && persistence.mode !== 'Application'
    }),
  )
  const session = `var(${NEW_SESSION})`
  const isNew = ['{', session, '-m', 'found', '}']
  if (!begins) return []
  return [['http-after-response', 'add-header', 'Set-Cookie', `%[${session}]`, 'if', ...isNew]]
}

/** An id that was made of an address and a port has dots of its own. */
const ID_BEHIND_DOT = '^.*?[.]((?:[0-9]{1,3}[.]){3}[0-9]{1,3}-[0-9]{1,5}|[^.]*)$'

/** The endpoint's id is what follows the last dot. */
function applicationCookie(cookie: string): readonly Directive[] {
  const id = `regsub(${quoteArgument(ID_BEHIND_DOT)},${quoteArgument('\\1')})`
  return [
    [
      ...['http-request', `set-var(${SESSION})`, `${cookie},${id}`],
      ...['if', '{', cookie, '-m', 'sub', '.', '}'],
    ],
    useServer(),
  ]
}

function useServer(): Directive {
  const session = `var(${SESSION})`
  return ['use-server', `%[${session}]`, 'if', '{', session, '-m', 'found', '}']
}
