import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { EnginePaths, EngineProgram } from '../engines/engine.ts'
import { writeFileAtomically } from './atomic-file.ts'
import { type Fields, fieldsOf, integerOf, listOf, oneOf, textOf } from './plain-checks.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { LISTENERS, pathsOf, programOf } from './program-check.ts'
import { messageOf, SupervisorError, systemCode } from './supervisor-error.ts'

/** Largest file that a supervisor reads, in characters. */
const FILE_CHARACTERS_MAX = 4 * 1024 * 1024

const LISTENERS_MAX = 4096
const PID_MAX = 4_194_304

/** `<folder>/supervisor.json`: all that a supervisor has to know. */
export interface SupervisorFile {
  readonly program: EngineProgram
  readonly paths: EnginePaths
}

/** `<run>/engine.json`: the engine that was started last, for a supervisor that comes after us. */
export type EngineRecord = ProcessIdentity & { readonly listeners: EngineProgram['listeners'] }

/** Of `<generation>/listeners.json`: a socket that an engine with `listeners: 'inherit'` is given. */
export interface ListenerEntry {
  readonly name: string
  readonly address: string
  readonly port: number
}

export function supervisorFilePath(folder: string): string {
  return join(folder, 'supervisor.json')
}

export function controlSocketPath(run: string): string {
  return join(run, 'supervisor.sock')
}

function engineRecordPath(run: string): string {
  return join(run, 'engine.json')
}

/** @throws SupervisorError `SUPERVISOR_FILE_INVALID` */
export function readSupervisorFile(folder: string): SupervisorFile {
  return readJson(supervisorFilePath(folder), (file) => ({
    program: programOf(file['program']),
    paths: pathsOf(file['paths']),
  }))
}

export function writeSupervisorFile(file: SupervisorFile): void {
  const { program, paths } = file
  const text = `${JSON.stringify({ v: 1, program, paths }, null, 2)}\n`
  writeFileAtomically(supervisorFilePath(paths.folder), text)
}

/** @throws SupervisorError `SUPERVISOR_FILE_INVALID` */
export function readListenersFile(generationFolder: string): readonly ListenerEntry[] {
  return readJson(join(generationFolder, 'listeners.json'), (file) =>
    listOf(file['listeners'], 'listeners', LISTENERS_MAX, listenerOf),
  )
}

function listenerOf(value: unknown, what: string): ListenerEntry {
  const listener = fieldsOf(value, what)
  return {
    name: textOf(listener['name'], `${what}.name`, { lengthMax: 256 }),
    address: textOf(listener['address'], `${what}.address`, { lengthMin: 1, lengthMax: 45 }),
    port: integerOf(listener['port'], `${what}.port`, 1, 65_535),
  }
}

/** Undefined: no engine was started, or nobody can tell. */
export function readEngineRecord(run: string): EngineRecord | undefined {
  try {
    return readJson(engineRecordPath(run), (record) => ({
      pid: integerOf(record['pid'], 'pid', 2, PID_MAX),
      startTicks: textOf(record['startTicks'], 'startTicks', { pattern: /^[0-9]+$/ }),
      listeners: oneOf(record['listeners'], 'listeners', LISTENERS),
    }))
  } catch {
    return undefined
  }
}

export function writeEngineRecord(run: string, record: EngineRecord): void {
  writeFileAtomically(engineRecordPath(run), `${JSON.stringify({ v: 1, ...record })}\n`)
}

export function removeEngineRecord(run: string): void {
  rmSync(engineRecordPath(run), { force: true })
}

function readJson<T>(path: string, check: (file: Fields) => T): T {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > FILE_CHARACTERS_MAX) throw new Error('the file is too large')
    const file = fieldsOf(JSON.parse(text), 'the file')
    integerOf(file['v'], 'v', 1, 1)
    return check(file)
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new SupervisorError('SUPERVISOR_FILE_INVALID', `${path}: ${why}`, { cause: error })
  }
}
