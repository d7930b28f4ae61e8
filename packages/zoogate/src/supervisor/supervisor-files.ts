import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { EnginePaths, EngineProgram } from '../engines/engine.ts'
import { writeFileAtomically } from './atomic-file.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { messageOf, SupervisorError, systemCode } from './supervisor-error.ts'

/** Largest file that a supervisor reads, in characters. */
const FILE_CHARACTERS_MAX = 4 * 1024 * 1024

const StopSignalSchema = Type.Union([
  Type.Literal('SIGTERM'),
  Type.Literal('SIGINT'),
  Type.Literal('SIGQUIT'),
  Type.Literal('SIGUSR1'),
  Type.Literal('SIGUSR2'),
  Type.Literal('SIGHUP'),
  Type.Literal('SIGWINCH'),
])

export const EngineProgramSchema = Type.Object({
  command: Type.String({ minLength: 1, maxLength: 4096 }),
  args: Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 256 }),
  stopSignal: StopSignalSchema,
  stopTimeoutMs: Type.Integer({ minimum: 0, maximum: 3_600_000 }),
  listeners: Type.Union([Type.Literal('own'), Type.Literal('inherit')]),
})

const Path = Type.String({ minLength: 1, maxLength: 4096, pattern: '^/' })

/** `<folder>/supervisor.json`: all that a supervisor has to know. */
const SupervisorFileSchema = Type.Object({
  v: Type.Literal(1),
  program: EngineProgramSchema,
  paths: Type.Object({ folder: Path, current: Path, logs: Path, run: Path }),
})

/** `<run>/engine.json`: the engine that was started last, for a supervisor that comes after us. */
const EngineRecordSchema = Type.Object({
  v: Type.Literal(1),
  pid: Type.Integer({ minimum: 2 }),
  startTicks: Type.String({ pattern: '^[0-9]+$' }),
  listeners: Type.Union([Type.Literal('own'), Type.Literal('inherit')]),
})

/** `<generation>/listeners.json`: the sockets that an engine with `listeners: 'inherit'` is given. */
const ListenersFileSchema = Type.Object({
  v: Type.Literal(1),
  listeners: Type.Array(
    Type.Object({
      name: Type.String({ maxLength: 256 }),
      address: Type.String({ minLength: 1, maxLength: 45 }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    }),
    { maxItems: 4096 },
  ),
})

export interface SupervisorFile {
  readonly program: EngineProgram
  readonly paths: EnginePaths
}
export type EngineRecord = ProcessIdentity & { readonly listeners: EngineProgram['listeners'] }
export type ListenerEntry = Static<typeof ListenersFileSchema>['listeners'][number]

export function supervisorFilePath(folder: string): string {
  return join(folder, 'supervisor.json')
}

export function controlSocketPath(run: string): string {
  return join(run, 'supervisor.sock')
}

export function engineRecordPath(run: string): string {
  return join(run, 'engine.json')
}

/** @throws SupervisorError `SUPERVISOR_FILE_INVALID` */
export function readSupervisorFile(folder: string): SupervisorFile {
  const { program, paths } = readJson(supervisorFilePath(folder), SupervisorFileSchema)
  return { program, paths }
}

export function writeSupervisorFile(file: SupervisorFile): void {
  const { program, paths } = file
  const text = `${JSON.stringify({ v: 1, program, paths }, null, 2)}\n`
  writeFileAtomically(supervisorFilePath(paths.folder), text)
}

/** @throws SupervisorError `SUPERVISOR_FILE_INVALID` */
export function readListenersFile(generationFolder: string): readonly ListenerEntry[] {
  return readJson(join(generationFolder, 'listeners.json'), ListenersFileSchema).listeners
}

/** Undefined: no engine was started, or nobody can tell. */
export function readEngineRecord(run: string): EngineRecord | undefined {
  try {
    return readJson(engineRecordPath(run), EngineRecordSchema)
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

function readJson<S extends TSchema>(path: string, schema: S): Static<S> {
  let value: unknown
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > FILE_CHARACTERS_MAX) throw new Error('the file is too large')
    value = JSON.parse(text)
  } catch (error) {
    const why = systemCode(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new SupervisorError('SUPERVISOR_FILE_INVALID', `${path}: ${why}`, { cause: error })
  }
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  const where = first === undefined ? '' : ` ${first.instancePath || '/'} ${first.message}`
  throw new SupervisorError('SUPERVISOR_FILE_INVALID', `${path}:${where}`)
}
