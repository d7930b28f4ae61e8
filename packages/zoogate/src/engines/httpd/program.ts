import { join } from 'node:path'
import type { EnginePaths, EngineProgram } from '../engine.ts'
import { startArguments } from './program/start-script.ts'
import { workersGroup, workerUser } from './program/worker-user.ts'
import { directive, printDirectives } from './render/directive.ts'
import {
  CONFIGURATION_FILE,
  copyOfRuntimeFile,
  httpdFiles,
  RUNTIME_FOLDER,
  RUNTIME_VARIABLE,
} from './render/files.ts'

/** In-flight requests have so long when the engine is stopped. */
const STOP_TIMEOUT_MS = 10_000

/**
 * httpd on the current generation. `-d` is the link itself, not what it points at: httpd opens the
 * same path again at every SIGUSR1, and so follows the link to the next generation.
 */
export function program(paths: EnginePaths): EngineProgram {
  const { errorLog, pidFile } = httpdFiles(paths)
  const group = workersGroup()
  const runtime = {
    folder: join(paths.current, RUNTIME_FOLDER),
    copies: copyOfRuntimeFile(paths, ''),
    ...(group === undefined ? {} : { group: String(group) }),
  }
  const own = { folder: paths.run, errorLog, pidFile, runtime: runtime.copies }
  return {
    command: '/bin/sh',
    args: startArguments(httpdFiles(paths), runtime, [
      '-DFOREGROUND',
      ...httpdArguments(paths.current, own),
    ]),
    // Lets requests finish, as `apache2ctl graceful-stop` does.
    stopSignal: 'SIGWINCH',
    // Its workers end when their parent tells them by a pipe, and at no signal but this.
    orphansSignal: 'SIGKILL',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    listeners: 'own',
  }
}

/** What belongs to the host: before the configuration is read. */
export function httpdArguments(
  folder: string,
  own: {
    readonly folder: string
    readonly errorLog: string
    readonly pidFile: string
    /** Where the runtime files are, with the beginning of their names. */
    readonly runtime: string
  },
): readonly string[] {
  const user = workerUser()
  const before = [
    directive('Define', RUNTIME_VARIABLE, own.runtime),
    directive('DefaultRuntimeDir', own.folder),
    directive('PidFile', own.pidFile),
    directive('ErrorLog', own.errorLog),
    directive('Mutex', `file:${own.folder}`, 'default'),
    ...(user === undefined ? [] : [directive('User', user.name), directive('Group', user.group)]),
    directive('GracefulShutdownTimeout', Math.floor(STOP_TIMEOUT_MS / 1_000) - 1),
  ]
  return [
    ...['-d', folder, '-f', join(folder, CONFIGURATION_FILE)],
    ...before.flatMap((each) => ['-C', printDirectives([each]).trim()]),
  ]
}
