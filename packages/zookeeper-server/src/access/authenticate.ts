import { digestId } from './digest.ts'
import { type Identity, SUPER_SCHEME } from './identity.ts'

export interface AuthenticateOptions {
  readonly scheme: string
  readonly credential: Buffer
  /** The address of the client, for `ip`. */
  readonly address: string
  /** `super:hash` of the superuser; undefined: there is none. */
  readonly superDigest: string | undefined
}

/** The identities that an `auth` request proves; undefined when its scheme is not one of ours. */
export function authenticate(options: AuthenticateOptions): readonly Identity[] | undefined {
  switch (options.scheme) {
    case 'digest': {
      const id = digestId(options.credential.toString('utf8'))
      const identity = { scheme: 'digest', id }
      return id === options.superDigest ? [{ scheme: SUPER_SCHEME, id: '' }, identity] : [identity]
    }
    case 'ip':
      return [{ scheme: 'ip', id: options.address }]
    default:
      return undefined
  }
}
