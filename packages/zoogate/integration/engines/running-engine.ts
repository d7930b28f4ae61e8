import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Logger, pino } from 'pino'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { type Program, startProgram } from '../../../../test/support/program.ts'
import type {
  Engine,
  EngineControl,
  EnginePaths,
  EngineProcess,
  EngineProgram,
  RenderedFiles,
} from '../../src/engines/engine.ts'
import type { View } from '../../src/model/view/view.ts'
import { signalGroup } from '../../src/supervisor/process-identity.ts'

/** A real engine of the test's own, with the folders that the agent would make, driven by what the agent drives it with. */
export interface RunningEngine extends AsyncDisposable {
  readonly paths: EnginePaths
  readonly program: Program
  readonly control: EngineControl
  /** What an agent that comes later has. */
  newControl(): EngineControl
  /** Makes a view current, as the agent does, and has the engine take it. Returns its generation. */
  serve(view: View): Promise<string>
  /** Writes a generation, and no more. Returns its folder. */
  write(generation: string, files: RenderedFiles): Promise<string>
  /** Writes files and points the link at them, and no more. Returns their folder. */
  switchTo(files: RenderedFiles): Promise<string>
  folderOf(generation: string): string
  nextGeneration(): string
  /** Starts it again, once it has ended, and waits until it answers. */
  start(): Promise<void>
  /** As {@link start}, and waits for nothing. */
  begin(): Promise<void>
}

export interface StartOptions {
  /** Default: silent. */
  readonly log?: Logger
  /** What starts the program in place of itself. */
  launch?(
    program: EngineProgram,
    paths: EnginePaths,
  ): { readonly command: string; readonly args: readonly string[] }
}

export async function startEngine(
  engine: Engine,
  view: View,
  { log = pino({ level: 'silent' }), launch = (program) => program }: StartOptions = {},
): Promise<RunningEngine> {
  const folder = await temporaryFolder()
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  // As the agent's: others may enter, since where root runs the tests the workers are another user's.
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

  async function link(target: string): Promise<string> {
    const temporary = `${paths.current}.${++links}`
    await symlink(target, temporary)
    await rename(temporary, paths.current)
    return target
  }

  async function prepare(next: View): Promise<string> {
    const generation = String(++newest)
    const target = await write(generation, engine.render(next, { paths, generation }))
    await engine.validate(target, paths)
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
      throw new Error(`${engine.name} has no IPC channel`)
    },
  }
  const newControl = () => engine.control({ paths, process, log })
  const control = newControl()

  async function begin(ready?: () => Promise<boolean>): Promise<void> {
    const { command, args } = launch(engine.program(paths), paths)
    // In a session of its own, as under the supervisor: `setsid` becomes the program.
    program = await startProgram('setsid', [command, ...args], ready === undefined ? {} : { ready })
  }

  const start = () => begin(async () => (await control.observe()).generation !== '')

  async function close(): Promise<void> {
    await control.close()
    // SIGTERM: the engines end at once, their workers with them, unless they had to be killed.
    await program?.stop()
    if (program !== undefined) signalGroup(program.pid, 'SIGKILL')
    await folder[Symbol.asyncDispose]()
  }

  try {
    await prepare(view)
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    paths,
    get program() {
      if (program === undefined) throw new Error(`${engine.name} was never started`)
      return program
    },
    control,
    newControl,
    async serve(next) {
      const generation = await prepare(next)
      await control.reload(generation)
      return generation
    },
    write,
    switchTo: async (files) => link(await write(`handmade-${links}`, files)),
    folderOf,
    nextGeneration: () => String(++newest),
    start,
    begin: () => begin(),
    [Symbol.asyncDispose]: close,
  }
}
