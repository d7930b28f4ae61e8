import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { type Program, startProgram } from '../../../../../test/support/program.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type {
  Engine,
  EngineControl,
  EnginePaths,
  EngineProcess,
  RenderedFiles,
} from '../../../src/engines/engine.ts'
import { nginx, nginxWithLua } from '../../../src/engines/nginx/index.ts'
import type { View } from '../../../src/model/view.ts'

/** How the wait before a reload ended: what was connected then, the time that counted, how often it was looked. */
export interface Drain {
  readonly idle: number
  readonly busy: number
  readonly countedMs: number
  readonly looks: number
}

/** Both ways of balancing, for what they have in common; where the Lua module is not there, one. */
export const NGINX_ENGINES: readonly { readonly name: string; readonly engine: Engine }[] = [
  { name: 'by its own upstreams', engine: nginx },
  ...(missing('nginx-lua') === undefined ? [{ name: 'by Lua', engine: nginxWithLua() }] : []),
]

/** A real nginx of the test's own, with the folders that the agent would make. */
export interface RunningNginx extends AsyncDisposable {
  readonly paths: EnginePaths
  readonly program: Program
  readonly control: EngineControl
  /** Of all reloads so far, as the control's log tells them. */
  readonly drains: readonly Drain[]
  /** What an agent that comes later has. */
  newControl(): EngineControl
  /** Makes a view current, as the agent does, and has nginx take it. Returns its generation. */
  serve(view: View): Promise<string>
  /** Writes a generation and points the link at it, and no more. */
  switchTo(files: RenderedFiles): Promise<void>
  /** Writes a generation, and no more. */
  write(generation: string, files: RenderedFiles): Promise<string>
  folderOf(generation: string): string
  nextGeneration(): string
  /** Starts nginx again, once it has ended, and waits until it answers. */
  start(): Promise<void>
  /** As {@link start}, and waits for nothing. */
  begin(): Promise<void>
}

export async function startNginx(view: View, engine = nginx): Promise<RunningNginx> {
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
      throw new Error('nginx has no IPC channel')
    },
  }
  const drains: Drain[] = []
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { drain } = JSON.parse(line)
        if (drain !== undefined) drains.push(drain)
      },
    },
  )
  const newControl = () => engine.control({ paths, process, log })
  const control = newControl()

  async function begin(ready?: () => Promise<boolean>): Promise<void> {
    const { command, args } = engine.program(paths)
    // In a session of its own, as under the supervisor: `setsid` becomes the program.
    program = await startProgram('setsid', [command, ...args], ready === undefined ? {} : { ready })
  }

  const start = () => begin(async () => (await control.observe()).generation !== '')

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
      if (program === undefined) throw new Error('nginx was never started')
      return program
    },
    control,
    drains,
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
    start,
    begin: () => begin(),
    async [Symbol.asyncDispose]() {
      await control.close()
      // SIGTERM: nginx ends at once, its workers with it.
      await program?.stop()
      await folder[Symbol.asyncDispose]()
    },
  }
}
