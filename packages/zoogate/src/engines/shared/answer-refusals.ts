import type { Route } from '../../model/view/view.ts'
import type { Refuse } from './gather.ts'
import { isAddress, isFilePath, isHostname, isPort } from './grammar.ts'
import { pathChangeProblem } from './path-change-problem.ts'

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
const STATUSES: readonly number[] = [301, 302, 303, 307, 308]
/** A unix socket's address holds no more (unix(7)). */
const SOCKET_PATH_BYTES_MAX = 107

/** What is wrong with a route's own answer. */
export function checkAnswer({ answer, mirrors = [], cache, path }: Route, refuse: Refuse): void {
  if (answer === undefined) return
  if (mirrors.length > 0) refuse(['mirrors'], 'are copies for a backend, and there is none')
  if (cache !== undefined && (answer.type === 'static' || answer.type === 'redirect')) {
    refuse(['cache'], 'keeps what a backend answers, and there is none: leave it out')
  }
  switch (answer.type) {
    case 'redirect': {
      if (answer.hostname !== undefined && !isHostname(answer.hostname)) {
        refuse(['answer', 'hostname'], 'must be a DNS name in lower case')
      }
      if (answer.port !== undefined && !isPort(answer.port)) {
        refuse(['answer', 'port'], 'must be a port, 1 to 65535')
      }
      if (answer.scheme !== undefined && !['http', 'https'].includes(answer.scheme)) {
        refuse(['answer', 'scheme'], 'must be http or https')
      }
      if (!STATUSES.includes(answer.statusCode)) {
        refuse(['answer', 'statusCode'], `must be one of ${STATUSES.join(', ')}`)
      }
      const problem = pathChangeProblem(answer.path, path)
      if (problem !== undefined) refuse(['answer', 'path'], problem)
      return
    }
    case 'static':
      checkRoot(answer.root)
      answer.index.forEach((file, index) => {
        if (!FILE_NAME.test(file)) refuse(['answer', 'index', index], 'must be the name of a file')
      })
      return
    case 'fastcgi':
      checkRoot(answer.root)
      if (!FILE_NAME.test(answer.index)) refuse(['answer', 'index'], 'must be the name of a file')
      if (!isSocket(answer.address)) {
        refuse(['answer', 'address'], 'must be "unix:" and a path, or an IP address and a port')
      }
      return
    case 'cgi':
      checkRoot(answer.root)
  }

  function checkRoot(root: string): void {
    if (!isFilePath(root)) refuse(['answer', 'root'], 'must be the absolute path of a folder')
  }
}

function isSocket(address: string): boolean {
  if (address.startsWith('unix:')) {
    const path = address.slice('unix:'.length)
    return isFilePath(path) && Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX
  }
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(address) ?? []
  return isAddress(host.replace(/^\[(.*:.*)\]$/, '$1')) && isPort(Number(port))
}
