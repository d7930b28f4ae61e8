import { createSecureContext } from 'node:tls'
import { type TlsOptions, type TlsSource, withTlsDefaults } from '../connection/tls-options.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'

/** What the `tls` option takes. */
export type TlsOption = TlsOptions | TlsSource

/**
 * Makes what asks for the options at each connection. Options that stand still are read once, here, so that a key which does not fit its
 * certificate is found before the first connection: throws an `InvalidOptionError` then.
 */
export function resolveTls(tls: TlsOption): TlsSource {
  if (typeof tls === 'function') return async () => checked(await tls())
  const options = checked(tls)
  const fixed = { ...options, secureContext: secureContextOf(options) }
  return () => fixed
}

function secureContextOf(options: TlsOptions): TlsOptions['secureContext'] {
  if (options.secureContext !== undefined) return options.secureContext
  try {
    return createSecureContext(withTlsDefaults(options))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new InvalidOptionError(`the tls option cannot be used: ${message}`, { cause: error })
  }
}

/** Node.js takes a path for an empty list of authorities, and says so only when it trusts nobody. */
function checked(options: TlsOptions): TlsOptions {
  for (const name of ['ca', 'cert', 'key'] as const) {
    for (const value of [options[name]].flat()) {
      if (typeof value === 'string' && !value.includes('-----BEGIN ')) {
        throw new InvalidOptionError(
          `tls.${name} must be the text of a PEM file, "-----BEGIN …", not its path`,
        )
      }
    }
  }
  return options
}
