import type { EnginePaths, EngineProgram } from '../engine.ts'
import { ENGINE_PATH } from '../shared/run-program.ts'
import { masterSocket } from './render/names.ts'

/** Idle client connections end with their next request, so that a stop rarely takes all of it. */
const STOP_TIMEOUT_MS = 10_000

/**
 * A master process with one worker. The folder behind the `current` link is read at the start and
 * at every reload, all its `.cfg` files in the order of their names.
 */
export function program(paths: EnginePaths): EngineProgram {
  return {
    command: '/bin/sh',
    args: [
      // The shell becomes HAProxy: it only widens the PATH, which a user's often lacks.
      ...['-c', `PATH="$PATH:${ENGINE_PATH}"; exec haproxy "$@"`, 'haproxy'],
      ...['-W', '-S', `${masterSocket(paths)},level,admin,mode,600`],
      // In the foreground, whatever a native configuration says.
      ...['-db', '-f', `${paths.current}/`],
    ],
    stopSignal: 'SIGUSR1',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    listeners: 'own',
  }
}
