import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { type Program, startProgram } from '../../../../../test/support/program.ts'
import type {
  EngineControl,
  EnginePaths,
  EngineProcess,
  RenderedFiles,
} from '../../../src/engines/engine.ts'
import { httpd } from '../../../src/engines/httpd/index.ts'
import type { View } from '../../../src/model/view.ts'

/** A real httpd of the test's own, with the folders that the agent would make. */
export interface RunningHttpd extends AsyncDisposable {
  readonly paths: EnginePaths
  readonly program: Program
  readonly control: EngineControl
  /** What an agent that comes later has. */
  newControl(): EngineControl
  /** Makes a view current, as the agent does, and has httpd take it. Returns its generation. */
  serve(view: View): Promise<string>
  /** Writes a generation and points the link at it, and no more. */
  switchTo(files: RenderedFiles): Promise<void>
  /** Writes a generation, and no more. */
  write(generation: string, files: RenderedFiles): Promise<string>
  folderOf(generation: string): string
  nextGeneration(): string
  /** Starts httpd again, once it has ended. */
  start(): Promise<void>
}

export async function startHttpd(view: View): Promise<RunningHttpd> {
  const folder = await temporaryFolder()
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  // As the agent's: others may enter, so where root runs the tests the workers are www-data.
  await chmod(folder.path, 0o711)
  await mkdir(paths.logs)
  await mkdir(paths.run)
  let newest = 0
  let links = 0
  let program: Program | undefined
  const folderOf = (generation: string) => join(paths.folder, 'generations', generation)

  async function write(generation: string, files: RenderedFiles): Promise<string> {
    const target = folderOf(generation)
    for (const [file, text] of files) {
      await mkdir(dirname(join(target, file)), { recursive: true })
      await writeFile(join(target, file), text)
    }
    return target
  }

  async function link(target: string): Promise<void> {
    const temporary = `${paths.current}.${++links}`
    await symlink(target, temporary)
    await rename(temporary, paths.current)
  }

  async function prepare(next: View): Promise<string> {
    const generation = String(++newest)
    const target = await write(generation, httpd.render(next, { paths, generation }))
    await httpd.validate(target, paths)
    await link(target)
    return generation
  }

  const process: EngineProcess = {
    mode: 'supervised',
    async status() {
      if (!program?.running) return { running: false, restarts: 0 }
      return { running: true, pid: program.pid, startId: String(program.pid), restarts: 0 }
    },
    async signal(signal) {
      program?.kill(signal)
    },
    async call() {
      throw new Error('httpd has no IPC channel')
    },
  }
  const log = pino({ level: 'silent' })
  const newControl = () => httpd.control({ paths, process, log })
  const control = newControl()

  async function start(): Promise<Program> {
    const { command, args } = httpd.program(paths)
    // In a session of its own, as under the supervisor: `setsid` becomes the program.
    program = await startProgram('setsid', [command, ...args], {
      ready: async () => (await control.observe()).generation !== '',
    })
    return program
  }

  try {
    await prepare(view)
    await start()
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
  return {
    paths,
    get program() {
      if (program === undefined) throw new Error('httpd was never started')
      return program
    },
    control,
    newControl,
    folderOf,
    write,
    nextGeneration: () => String(++newest),
    switchTo: async (files) => link(await write(`handmade-${links}`, files)),
    async serve(next) {
      const generation = await prepare(next)
      await control.reload(generation)
      return generation
    },
    start: async () => void (await start()),
    async [Symbol.asyncDispose]() {
      await control.close()
      // SIGTERM: httpd ends at once, its workers with it.
      await program?.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}
