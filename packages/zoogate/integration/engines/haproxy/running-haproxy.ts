import { readFileSync } from 'node:fs'
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { startProgram } from '../../../../../test/support/program.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { EngineControl, EnginePaths, EngineProcess } from '../../../src/engines/engine.ts'
import { haproxy } from '../../../src/engines/haproxy/index.ts'
import type { View } from '../../../src/model/view.ts'

/** A real HAProxy in a folder of its own, driven by what the agent would drive it with. */
export interface RunningHaproxy extends AsyncDisposable {
  readonly paths: EnginePaths
  readonly control: EngineControl
  readonly pid: number
  log(): string
  /** Writes the next generation, makes it current, and resolves with its folder and number. */
  write(view: View): Promise<{ readonly folder: string; readonly generation: string }>
  /** Writes, validates and reloads. */
  reload(view: View): Promise<void>
}

/** @param descriptors how many it may have; default: as many as these tests */
export async function startHaproxy(view: View, descriptors?: number): Promise<RunningHaproxy> {
  const folder = await temporaryFolder()
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  // As the agent has it: workers, another user, reach sockets of theirs in it.
  await chmod(folder.path, 0o711)
  await mkdir(paths.logs)
  await mkdir(paths.run)
  let last = 0
  const write = async (next: View) => {
    const generation = String(++last)
    const target = join(paths.folder, `generation-${generation}`)
    await mkdir(target)
    for (const [name, text] of haproxy.render(next, { paths, generation })) {
      await mkdir(dirname(join(target, name)), { recursive: true })
      await writeFile(join(target, name), text)
    }
    await symlink(target, `${paths.current}.new`)
    await rename(`${paths.current}.new`, paths.current)
    return { folder: target, generation }
  }
  const first = await write(view)
  await haproxy.validate(first.folder, paths)
  const logFile = join(paths.logs, 'engine.log')
  const { command, args } = haproxy.program(paths)
  const program = await startProgram('/bin/sh', [
    '-c',
    `${descriptors === undefined ? '' : `ulimit -n ${descriptors}; `}log="$1"; shift; exec "$@" >>"$log" 2>&1`,
    'sh',
    logFile,
    command,
    ...args,
  ])
  const engineProcess: EngineProcess = {
    mode: 'supervised',
    status: async () => ({ running: program.running, pid: program.pid, restarts: 0 }),
    signal: async (signal) => program.kill(signal),
    call: () => Promise.reject(new Error('HAProxy has no IPC channel')),
  }
  const control = haproxy.control({ paths, process: engineProcess, log: pino({ level: 'silent' }) })
  await waitFor(
    'HAProxy to serve',
    async () => (await control.observe()).generation === first.generation,
  )
  return {
    paths,
    control,
    pid: program.pid,
    log: () => readFileSync(logFile, 'utf8'),
    write,
    reload: async (next) => {
      const { folder: target, generation } = await write(next)
      await haproxy.validate(target, paths)
      await control.reload(generation)
    },
    async [Symbol.asyncDispose]() {
      await control.close()
      await program.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}
