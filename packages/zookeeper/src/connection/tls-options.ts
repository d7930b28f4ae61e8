import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
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

/** The options of `tls.connect` to one server. */
export function tlsConnectOptions(endpoint: Endpoint, options: TlsOptions): ConnectionOptions {
  const name = endpoint.serverName ?? endpoint.host
  return {
    minVersion: DEFAULT_MIN_VERSION,
    // An address cannot be a server name (RFC 6066, 3): Node.js compares the certificate with `host` then.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...options,
    host: endpoint.host,
    port: endpoint.port,
  }
}
