import { isIP } from 'node:net'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import type { Endpoint } from './connection.ts'

/** The oldest version of TLS that is spoken unless `minVersion` says otherwise (RFC 8996 forbids those before it). */
const DEFAULT_MIN_VERSION = 'TLSv1.2'

/** What of `node:tls`'s options decides a connection to a server. Certificates and keys are texts (PEM) or bytes, never paths. */
type NodeTlsOptions = Pick<
  ConnectionOptions,
  | 'ca'
  | 'cert'
  | 'key'
  | 'passphrase'
  | 'pfx'
  | 'crl'
  | 'servername'
  | 'rejectUnauthorized'
  | 'checkServerIdentity'
  | 'minVersion'
  | 'maxVersion'
  | 'ciphers'
  | 'secureContext'
>

/** How to speak TLS (ClientX509Util's `zookeeper.ssl.*`). All of it is optional: `{}` trusts the authorities that Node.js trusts. */
export interface TlsOptions extends NodeTlsOptions {
  /** The authorities whose servers are trusted (`ssl.trustStore`). Default: those of Node.js. */
  readonly ca?: NodeTlsOptions['ca']
  /** The client's certificate, with those between it and its authority behind it (`ssl.keyStore`). Its subject is the client's `x509` identity. */
  readonly cert?: NodeTlsOptions['cert']
  /** The key of `cert`. */
  readonly key?: NodeTlsOptions['key']
  /** What `key` or `pfx` is encrypted with. */
  readonly passphrase?: NodeTlsOptions['passphrase']
  /** The name that the server's certificate must be for. Default: the host of the connect string, a name or an address. */
  readonly servername?: NodeTlsOptions['servername']
  /** Default true. With false anybody can pose as the server: for tests only (`ssl.hostnameVerification` and more). */
  readonly rejectUnauthorized?: NodeTlsOptions['rejectUnauthorized']
  /** Default TLSv1.2. */
  readonly minVersion?: NodeTlsOptions['minVersion']
}

/** Gives the options for one connection. */
export type TlsSource = () => TlsOptions | Promise<TlsOptions>

/** The options with the defaults that are ours; the others are those of Node.js. */
export function withTlsDefaults(options: TlsOptions): TlsOptions {
  return { ...options, minVersion: options.minVersion ?? DEFAULT_MIN_VERSION }
}

/** The options of `tls.connect` to one server. */
export function tlsConnectOptions(endpoint: Endpoint, options: TlsOptions): ConnectionOptions {
  const name = options.servername ?? endpoint.serverName ?? endpoint.host
  const { host, port } = endpoint
  const connect = { ...withTlsDefaults(options), host, port }
  if (isIP(name) === 0) return { ...connect, servername: name }
  // An address cannot be said as a server's name (RFC 6066, 3); without one Node.js compares the certificate with `host`.
  const check: typeof checkServerIdentity = (_, certificate) =>
    checkServerIdentity(name, certificate)
  return {
    ...connect,
    servername: undefined,
    checkServerIdentity: options.checkServerIdentity ?? check,
  }
}
