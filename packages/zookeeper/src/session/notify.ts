/**
 * Calls a listener. What it throws surfaces as an uncaught exception of its own, as with any event emitter, but
 * can neither keep the other listeners from hearing nor break the connection.
 */
export function notify(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
