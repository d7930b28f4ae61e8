import { compareText } from '../resources/resource.ts'
import type { Listener, Route, Secret, ServicePool, View } from './view.ts'

/** The bytes of a Secret, by its name and the type that it is needed as. Undefined: they are not there. */
export type SecretsOf = (name: string, type: Secret['type']) => Secret | undefined

/** What stands for a Secret where only the structure is looked at. */
export function emptySecret(name: string, type: Secret['type']): Secret {
  const version = ''
  switch (type) {
    case 'TLS':
      return { type, name, version, chainPem: '', keyPem: '' }
    case 'CA':
      return { type, name, version, certificatesPem: '' }
    case 'Users':
      return { type, name, version, users: [] }
  }
}

/** What listeners, pools and routes name, sorted by name; without bytes where there are none. Pure. */
export function secretsIn(
  { listeners, routes, services }: Pick<View, 'listeners' | 'routes' | 'services'>,
  secretsOf: SecretsOf,
): readonly Secret[] {
  const named = new Map<string, Secret['type']>([
    ...listeners.flatMap(ofListener),
    ...[...services.values()].flatMap(ofPool),
    ...routes.flatMap(ofRoute),
  ])
  return [...named]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, type]) => secretsOf(name, type) ?? emptySecret(name, type))
}

type Named = readonly (readonly [string, Secret['type']])[]

function ofListener({ tls }: Listener): Named {
  const ca = tls?.clientCertificates?.ca
  return [
    ...(tls?.certificates ?? []).map((name) => [name, 'TLS'] as const),
    ...(ca === undefined ? [] : [[ca, 'CA'] as const]),
  ]
}

function ofPool({ tls }: ServicePool): Named {
  return [
    ...(tls?.ca === undefined ? [] : [[tls.ca, 'CA'] as const]),
    ...(tls?.clientCertificate === undefined ? [] : [[tls.clientCertificate, 'TLS'] as const]),
  ]
}

function ofRoute({ access }: Route): Named {
  return access?.basicAuth === undefined ? [] : [[access.basicAuth.users, 'Users']]
}
