import { MultiError, ZooKeeperError, type ZooKeeperErrorCode } from '@zoogate/zookeeper'

/** What a writer knows of a write once its call has ended. */
export type Outcome<Result> =
  /** It was acknowledged: it must stand. */
  | { readonly type: 'done'; readonly result: Result }
  /** The server refused it, with a code that the writer reckons with. */
  | { readonly type: 'refused'; readonly code: ZooKeeperErrorCode }
  /** The error says that it may have happened. */
  | { readonly type: 'unknown'; readonly code: ZooKeeperErrorCode }
  /** The error says that it did not happen: it must never be seen. */
  | { readonly type: 'never'; readonly code: ZooKeeperErrorCode }

/** How often each outcome came about. */
export type OutcomeCounts = Record<Outcome<unknown>['type'], number>

/** What faults may bring upon a call. Any other error is a fault of the client. */
const EXPECTED: ReadonlySet<ZooKeeperErrorCode> = new Set([
  'ZK_CONNECTION_LOSS',
  'ZK_SESSION_EXPIRED',
  'ZK_SESSION_MOVED',
] as const)

/** Waits for the call to end and says how. Rejects for an error that no fault explains. */
export async function outcomeOf<Result>(
  call: Promise<Result>,
  refusals: readonly ZooKeeperErrorCode[],
): Promise<Outcome<Result>> {
  try {
    return { type: 'done', result: await call }
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error
    const { code } = error instanceof MultiError ? error.error : error
    if (refusals.includes(code)) return { type: 'refused', code }
    if (!EXPECTED.has(code)) throw error
    return { type: error.mayHaveHappened ? 'unknown' : 'never', code }
  }
}
