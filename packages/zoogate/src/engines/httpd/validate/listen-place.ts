import { isIP } from 'node:net'
import type { ListenPlace } from '../../engine.ts'

/** Of `Listen 80`, `Listen [::1]:443`. None: a name. Pure. */
export function listenPlace(place: string): ListenPlace | undefined {
  const [, written = '', port = ''] = /^(?:(.*):)?([0-9]{1,5})$/.exec(place) ?? []
  const bare = written.replace(/^\[(.*)\]$/, '$1')
  const address = ['', '*', '::', '0.0.0.0'].includes(bare) ? '*' : bare
  if (port === '' || (address !== '*' && isIP(address) === 0)) return undefined
  return { address, port: Number(port) }
}
