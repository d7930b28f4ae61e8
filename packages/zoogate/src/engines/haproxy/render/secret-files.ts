import { join } from 'node:path'
import type { Secret, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { printSections, type Section } from './directive.ts'
import { authorityFile, certificateFile, certificateList, USERS_FILE, userList } from './names.ts'

/**
 * The bytes of secrets, in files that only HAProxy's starter reads, and by listener which of them it
 * shows. Users lie in a part of the configuration that is as private.
 */
export function secretFiles({ secrets = [], listeners }: View): readonly [string, string][] {
  const users = userSections(secrets)
  return [
    ...(users.length === 0 ? [] : [[USERS_FILE, printSections(users)] as [string, string]]),
    ...listeners.flatMap(({ name, tls }): [string, string][] => {
      if (tls === undefined) return []
      return [
        [certificateList(name), tls.certificates.map((n) => `${certificateFile(n)}\n`).join('')],
      ]
    }),
    ...secrets.flatMap((secret): [string, string][] => {
      const file = fileOf(secret)
      return file === undefined ? [] : [[file, bytesOf(secret)]]
    }),
  ]
}

/** Undefined: it has none of its own. */
export function fileOf(secret: Secret): string | undefined {
  if (secret.type === 'TLS') return certificateFile(secret.name)
  return secret.type === 'CA' ? authorityFile(secret.name) : undefined
}

/** PEM without empty lines: at one of those the runtime API takes a text for ended. */
export function bytesOf(secret: Secret): string {
  switch (secret.type) {
    case 'TLS':
      return withoutEmptyLines(`${secret.chainPem}\n${secret.keyPem}`)
    case 'CA':
      return withoutEmptyLines(secret.certificatesPem)
    case 'Users':
      return ''
  }
}

function withoutEmptyLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('')
}

function userSections(secrets: readonly Secret[]): readonly Section[] {
  return secrets.flatMap((secret) =>
    secret.type !== 'Users'
      ? []
      : [
          {
            heading: ['userlist', userList(secret.name)],
            directives: secret.users.map(({ name, hash }) => ['user', name, 'password', hash]),
          },
        ],
  )
}

/**
 * HAProxy reads a file when it starts, and then only if something names it; a server that is added
 * later can only name what it has read. So what endpoints may need is named by a server that is never
 * used, and by a frontend that never listens: a certificate that only servers name would be looked for
 * elsewhere than beside the configuration.
 */
export function preloadSections(
  { services }: View,
  paths: Pick<EnginePaths, 'run'>,
): readonly Section[] {
  const pools = [...services.values()]
  const authorities = new Set(pools.flatMap(({ tls }) => tls?.ca ?? []))
  const certificates = new Set(pools.flatMap(({ tls }) => tls?.clientCertificate ?? []))
  const bind = ['bind', `unix@${join(paths.run, 'unused.sock')}`, 'ssl']
  return [
    ...(certificates.size === 0
      ? []
      : [
          {
            heading: ['frontend', 'certificates-of-servers'],
            directives: [
              ['disabled'],
              [...bind, ...[...certificates].flatMap((name) => ['crt', certificateFile(name)])],
            ],
          },
        ]),
    ...(authorities.size === 0
      ? []
      : [
          {
            heading: ['backend', 'authorities-of-servers'],
            directives: [...authorities].map((name, index) => [
              ...['server', `unused${index}`, '127.0.0.1:1', 'disabled', 'ssl'],
              ...['verify', 'required', 'ca-file', authorityFile(name)],
            ]),
          },
        ]),
  ]
}
