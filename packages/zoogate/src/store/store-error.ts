export type StoreErrorCode =
  /** No `apply` was ever made below this root. */
  | 'STORE_EMPTY'
  | 'STORE_NO_REVISION'
  /** What lies in the tree is not what we write there. */
  | 'STORE_CORRUPT'
  /** A resource that this version of zoogate does not understand. */
  | 'STORE_UNKNOWN_RESOURCE'
  | 'STORE_TOO_LARGE'
  /** Secrets cannot be encrypted or decrypted: no key file, no key in it, or another one. */
  | 'STORE_NO_KEY'
  /** Others wrote between each of our tries. */
  | 'STORE_CONTENDED'

/** What went wrong with the desired state, as opposed to with ZooKeeper. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  /** The znode that it is about. */
  readonly path: string | undefined

  constructor(
    code: StoreErrorCode,
    message: string,
    options: ErrorOptions & { path?: string } = {},
  ) {
    super(message, options)
    this.code = code
    this.path = options.path
  }
}
