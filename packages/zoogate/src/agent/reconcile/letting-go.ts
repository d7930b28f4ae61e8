import type { EngineControl } from '../../engines/engine.ts'
import { AgentError } from '../agent-error.ts'
import type { EngineHost } from './engine-host.ts'

/**
 * What the agent's end makes of waiting for an engine. An engine may take 20 s to start or to reload,
 * and its answers do not matter to an agent that goes: the journal says how far it came, and the next
 * one asks the engine.
 */
export function lettingGo(): AgentError {
  return new AgentError('AGENT_STOPPING', 'the agent ends in the middle of it')
}

/** The same, but rejecting with the signal's reason as soon as it is aborted. */
export function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Hands on an engine that let go of it when the signal is aborted, whatever they wait for. */
export function lettingGoControl(control: EngineControl, signal: AbortSignal): EngineControl {
  const { prepareReload, applyCertificates } = control
  return {
    ...(prepareReload === undefined
      ? {}
      : { prepareReload: () => unlessAborted(signal, () => prepareReload.call(control)) }),
    ...(applyCertificates === undefined
      ? {}
      : {
          applyCertificates: (secrets) =>
            unlessAborted(signal, () => applyCertificates.call(control, secrets)),
        }),
    reload: (generation) => unlessAborted(signal, () => control.reload(generation)),
    applyEndpoints: (services) => unlessAborted(signal, () => control.applyEndpoints(services)),
    observe: () => unlessAborted(signal, () => control.observe()),
    close: () => control.close(),
  }
}

/** As {@link lettingGoControl}. What the engine's own hands ask of its process is theirs. */
export function lettingGoHost(host: EngineHost, signal: AbortSignal): EngineHost {
  const { process } = host
  return {
    process: {
      mode: process.mode,
      status: () => unlessAborted(signal, () => process.status()),
      signal: (name) => process.signal(name),
      call: (method, params) => process.call(method, params),
    },
    runs: () => unlessAborted(signal, () => host.runs()),
    start: () => unlessAborted(signal, () => host.start()),
  }
}
