import type { Secret, View } from '../../model/view.ts'
import { PRIVATE_FOLDER, WORKERS_FOLDER } from '../engine.ts'

/** Relative to the generation folder. httpd reads all but those of users while it loads a configuration. */
export const secretFiles = {
  chain: (name: string) => `${PRIVATE_FOLDER}/${name}.chain.pem`,
  key: (name: string) => `${PRIVATE_FOLDER}/${name}.key.pem`,
  authorities: (name: string) => `${PRIVATE_FOLDER}/${name}.ca.pem`,
  /** Names and hashes, which workers read at each request. */
  users: (name: string) => `${WORKERS_FOLDER}/${name}.users`,
} as const

/** The files of the bytes that a view names. */
export function secretFilesOf({ secrets = [] }: View): readonly (readonly [string, string])[] {
  return secrets.flatMap(filesOf)
}

function filesOf(secret: Secret): readonly (readonly [string, string])[] {
  switch (secret.type) {
    case 'TLS':
      return [
        [secretFiles.chain(secret.name), secret.chainPem],
        [secretFiles.key(secret.name), secret.keyPem],
      ]
    case 'CA':
      return [[secretFiles.authorities(secret.name), secret.certificatesPem]]
    case 'Users':
      return [
        [
          secretFiles.users(secret.name),
          secret.users.map(({ name, hash }) => `${name}:${hash}\n`).join(''),
        ],
      ]
  }
}
