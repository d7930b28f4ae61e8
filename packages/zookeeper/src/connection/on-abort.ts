/** Whom to tell, by signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back when the signal is aborted, until the returned function is called. However many wait for a signal, it has one listener of
 * ours: a thousand calls at a time may well share one, and Node warns of a leak from the eleventh listener on.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = waiting.get(signal) ?? listenTo(signal)
  callbacks.add(callback)
  return () => callbacks.delete(callback)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  waiting.set(signal, callbacks)
  const tellAll = () => {
    for (const callback of callbacks) callback()
    callbacks.clear()
  }
  signal.addEventListener('abort', tellAll, { once: true })
  return callbacks
}
