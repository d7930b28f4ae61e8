import type { Listener } from './view.ts'

const SCHEMES: Readonly<Record<Listener['protocol'], string>> = {
  HTTP: 'http',
  HTTPS: 'https',
  TCP: 'tcp',
  TLS: 'tls',
}

/**
 * Where a listener is reached, for people: `https://10.0.0.7:443`.
 * @param own an address of the host, for listeners on all of them
 */
export function listenerUrl(
  { address, port, protocol }: Pick<Listener, 'address' | 'port' | 'protocol'>,
  own: string,
): string {
  const everywhere = address === '*' || address === '0.0.0.0' || address === '::'
  const host = everywhere ? own : address
  return `${SCHEMES[protocol]}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
