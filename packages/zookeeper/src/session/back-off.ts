/** Bounds of the pause between two rounds over the hosts. */
export interface BackOffOptions {
  /** The pause after the first round that failed. */
  readonly minMs: number
  /** No pause is longer. */
  readonly maxMs: number
}

/**
 * The pause before a round over the hosts, after `failedRounds` that found no server: doubles from `minMs` to `maxMs`, and
 * half of it is random, so that a thousand clients which lost the same server do not come back at once.
 */
export function backOffMs(
  failedRounds: number,
  options: BackOffOptions,
  random: () => number,
): number {
  const ceilingMs = Math.min(options.maxMs, options.minMs * 2 ** Math.min(failedRounds, 30))
  return ceilingMs * (0.5 + random() / 2)
}
