/** Why the server could not start, or stopped taking writes. */
export type ZooKeeperServerErrorCode =
  /** Another server that is alive holds the data folder. */
  | 'ZK_SERVER_FOLDER_LOCKED'
  /** The folder cannot be read, made or written. */
  | 'ZK_SERVER_FOLDER_UNUSABLE'
  /** Something else listens on the address and port. */
  | 'ZK_SERVER_PORT_IN_USE'
  /** The address or port cannot be listened on for another reason. */
  | 'ZK_SERVER_LISTEN_FAILED'
  /** A transaction log is damaged before its end, or a log is missing between two others. */
  | 'ZK_SERVER_LOG_CORRUPT'
  /** A snapshot is damaged, and what is left of the logs does not make up for it. */
  | 'ZK_SERVER_SNAPSHOT_CORRUPT'
  /** A file was written by a version of this server that has another format. */
  | 'ZK_SERVER_FORMAT_UNKNOWN'
  /** The disk refused a write (full, read-only, broken). */
  | 'ZK_SERVER_WRITE_FAILED'
  /** An option has a value that cannot work. */
  | 'ZK_SERVER_BAD_OPTION'

export interface ZooKeeperServerErrorOptions {
  /** The file or folder that it is about. */
  readonly path?: string | undefined
  readonly cause?: unknown
}

/** Every error that this package throws. Decide on `code`, never on the message. */
export class ZooKeeperServerError extends Error {
  readonly code: ZooKeeperServerErrorCode
  readonly path: string | undefined

  constructor(
    code: ZooKeeperServerErrorCode,
    message: string,
    options: ZooKeeperServerErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ZooKeeperServerError'
    this.code = code
    this.path = options.path
  }
}

/** The `code` of an operating system's error (ENOENT, ENOSPC, …), undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
