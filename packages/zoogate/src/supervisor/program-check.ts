import type { EnginePaths, EngineProgram } from '../engines/engine.ts'
import { fieldsOf, integerOf, listOf, oneOf, textOf } from './plain-checks.ts'

const ARGUMENTS_MAX = 256
const STOP_TIMEOUT_MAX_MS = 3_600_000
const PATH = { lengthMin: 1, pattern: /^\// } as const

/** Signals that an engine may be sent, and stopped with. */
export const ENGINE_SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGTERM',
  'SIGKILL',
  'SIGWINCH',
  'SIGSTOP',
  'SIGCONT',
] as const

export const LISTENERS = ['own', 'inherit'] as const

/** @throws CheckError that names the field */
export function programOf(value: unknown): EngineProgram {
  const program = fieldsOf(value, 'program')
  return {
    command: textOf(program['command'], 'program.command', { lengthMin: 1 }),
    args: listOf(program['args'], 'program.args', ARGUMENTS_MAX, (arg, what) => textOf(arg, what)),
    stopSignal: oneOf(program['stopSignal'], 'program.stopSignal', ENGINE_SIGNALS),
    ...(program['orphansSignal'] === undefined
      ? {}
      : {
          orphansSignal: oneOf(program['orphansSignal'], 'program.orphansSignal', ENGINE_SIGNALS),
        }),
    stopTimeoutMs: integerOf(
      program['stopTimeoutMs'],
      'program.stopTimeoutMs',
      0,
      STOP_TIMEOUT_MAX_MS,
    ),
    listeners: oneOf(program['listeners'], 'program.listeners', LISTENERS),
  }
}

/** @throws CheckError that names the field */
export function pathsOf(value: unknown): EnginePaths {
  const paths = fieldsOf(value, 'paths')
  return {
    folder: textOf(paths['folder'], 'paths.folder', PATH),
    current: textOf(paths['current'], 'paths.current', PATH),
    logs: textOf(paths['logs'], 'paths.logs', PATH),
    run: textOf(paths['run'], 'paths.run', PATH),
  }
}
