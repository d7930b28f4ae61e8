import { isIP } from 'node:net'
import type { ListenPlace } from '../../engine.ts'

/** Of `listen [::]:443 ssl;`. None: a unix socket, a name, UDP. Pure. */
export function listenPlace(place: string, settings: readonly string[]): ListenPlace | undefined {
  const [, written = '', port = '80'] = /^(?:(.*):)?([0-9]{1,5})$/.exec(place) ?? ['', place]
  if (/^unix:/.test(place) || settings.includes('udp')) return undefined
  const bare = written.replace(/^\[(.*)\]$/, '$1')
  const address = ['', '*', '::', '0.0.0.0'].includes(bare) ? '*' : bare
  if (address !== '*' && isIP(address) === 0) return undefined
  return { address, port: Number(port) }
}
