import type { Secret, View } from '../../model/view/view.ts'
import { PRIVATE_FOLDER, WORKERS_FOLDER } from '../engine.ts'

/** Where the bytes of secrets lie, relative to the generation folder. */
export const secretFiles = {
  chain: (name: string) => `${PRIVATE_FOLDER}/${name}.chain.pem`,
  key: (name: string) => `${PRIVATE_FOLDER}/${name}.key.pem`,
  authorities: (name: string) => `${PRIVATE_FOLDER}/${name}.ca.pem`,
  /** Names and hashes, which workers read at each request. */
  users: (name: string) => `${WORKERS_FOLDER}/${name}.users`,
} as const

/** The files of the bytes that a view names. */
export function secretFilesOf({
  secrets = [],
}: Pick<View, 'secrets'>): readonly (readonly [string, string])[] {
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
