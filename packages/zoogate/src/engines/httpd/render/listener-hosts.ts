import type { Listener, View } from '../../../model/view/view.ts'
import { certificateNames } from '../../shared/certificate-names.ts'

/**
 * A virtual host of a listener. httpd shows a certificate for each virtual host, so a listener has one
 * for each certificate that it chooses from by SNI. All carry the same: httpd takes the one that the
 * Host names, and the listener's own one for any other.
 */
export interface ListenerHost {
  /**
   * The name by which the agent reaches its balancers over the control listener: balancers belong to a
   * virtual host each, and only there they can be changed. No listener has a dot in its name.
   */
  readonly name: string
  /** What else is carried by it, and which SNI it shows its certificate for. */
  readonly aliases: readonly string[]
  /** Of HTTPS: the secret. */
  readonly certificate?: string
}

/** The first takes whoever names none of them. */
export function listenerHosts({ name, tls }: Listener, view: View): readonly ListenerHost[] {
  const own = `${name}.zoogate.invalid`
  const [first, ...others] = tls?.certificates ?? []
  if (first === undefined) return [{ name: own, aliases: [] }]
  if (others.length === 0) return [{ name: own, aliases: [], certificate: first }]
  const hosts = others.map((certificate, index) => ({
    name: `${index + 1}.${own}`,
    aliases: namesOf(certificate, view),
    certificate,
  }))
  // httpd takes the first that fits, and a wildcard of it fits any number of labels.
  hosts.sort((a, b) => precedence(a.aliases) - precedence(b.aliases))
  const taken = hosts.flatMap(({ aliases }) => aliases)
  const aliases = namesOf(first, view).filter(
    (alias) => !isWildcard(alias) || !taken.some((other) => other.endsWith(alias.slice(1))),
  )
  return [{ name: own, aliases, certificate: first }, ...hosts]
}

/** Names alone come first, then the longest wildcards. */
function precedence(aliases: readonly string[]): number {
  const wildcards = aliases.filter(isWildcard)
  return -Math.min(...wildcards.map((alias) => alias.split('.').length))
}

function isWildcard(name: string): boolean {
  return name.startsWith('*.')
}

function namesOf(certificate: string, { secrets = [] }: View): readonly string[] {
  const secret = secrets.find((each) => each.type === 'TLS' && each.name === certificate)
  return secret === undefined ? [] : certificateNames(secret)
}
