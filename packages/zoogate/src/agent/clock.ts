/**
 * Milliseconds since the epoch that never jump: whoever sets the host's clock must not end holds and
 * lingers all at once.
 */
export function steadyNowMs(): number {
  return performance.timeOrigin + performance.now()
}
