import type { EnginePaths, EngineProgram } from '../engine.ts'
import { loadModules, STREAM_MODULE } from './program/modules.ts'
import { startArguments } from './program/start-script.ts'
import { workerUser } from './program/worker-user.ts'
import { directive, printDirectives } from './render/directive.ts'
import { CONFIGURATION_FILE, nginxFiles } from './render/files.ts'

/** In-flight requests have so long when the engine is stopped. */
const STOP_TIMEOUT_MS = 10_000

/**
 * nginx on the current generation. `-p` is the link itself, not what it points at: nginx opens the
 * same path again at every SIGHUP, and so follows the link to the next generation.
 */
export function program(paths: EnginePaths): EngineProgram {
  const files = nginxFiles(paths)
  return {
    command: '/bin/sh',
    args: startArguments(
      files,
      nginxArguments(paths.current, files.errorLog, [
        ...processDirectives(paths),
        directive('daemon', 'off'),
        directive('pid', files.pidFile),
      ]),
    ),
    stopSignal: 'SIGQUIT',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    listeners: 'own',
  }
}

/** What both the running nginx and its checker are told: modules; and who, as the checker makes folders. */
export function processDirectives(paths: EnginePaths): ReturnType<typeof directive>[] {
  const user = workerUser(paths)
  return [
    ...loadModules([STREAM_MODULE]),
    ...(user === undefined ? [] : [directive('user', user.name, user.group)]),
  ]
}

export function nginxArguments(
  folder: string,
  errorLog: string,
  directives: readonly ReturnType<typeof directive>[],
): readonly string[] {
  const global = printDirectives(directives).trim().replaceAll('\n', ' ')
  return ['-p', `${folder}/`, '-c', CONFIGURATION_FILE, '-e', errorLog, '-g', global]
}
