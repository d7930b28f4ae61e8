import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRunning, processIdentity } from '../supervisor/process-identity.ts'

/** How long a child may take to end after SIGTERM before it is killed, in milliseconds. */
const STOP_TIMEOUT_MS = 8_000

export interface ChildSpec {
  /** Unique among the children; also the name of its log file. */
  readonly name: string
  /** Node program and its arguments. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Started again this long after it ended by itself. Absent: left ended. */
  readonly restartAfterMs?: number
}

/** One program that `dev` runs, through all its restarts. */
export interface Child {
  readonly name: string
  readonly pid: number | undefined
  readonly running: boolean
  /** It was told to end. */
  readonly stopping: boolean
  /** How it ended last. */
  readonly lastExit: string | undefined
}

interface Entry extends Child {
  readonly spec: ChildSpec
  process: ChildProcess | undefined
  pid: number | undefined
  running: boolean
  lastExit: string | undefined
  timer: NodeJS.Timeout | undefined
  stopping: boolean
  ended: Promise<void>
}

export interface ChildrenOptions {
  /** Where `children.json` and the logs lie. */
  readonly folder: string
  readonly onChange: (child: Child) => void
}

/**
 * The programs that `zoogate dev` started. Their pids are written down with their start times, so
 * that the next run can end what a killed one left behind, and nothing else.
 */
export class Children {
  readonly #folder: string
  readonly #onChange: (child: Child) => void
  readonly #entries = new Map<string, Entry>()
  #closed = false

  constructor(options: ChildrenOptions) {
    this.#folder = options.folder
    this.#onChange = options.onChange
  }

  get all(): readonly Child[] {
    return [...this.#entries.values()]
  }

  async start(spec: ChildSpec): Promise<Child> {
    await mkdir(join(this.#folder, 'logs'), { recursive: true })
    if (this.#closed) throw new Error('stopping')
    const entry: Entry = {
      name: spec.name,
      spec,
      process: undefined,
      pid: undefined,
      running: false,
      lastExit: undefined,
      timer: undefined,
      stopping: false,
      ended: Promise.resolve(),
    }
    this.#entries.set(spec.name, entry)
    this.#spawn(entry)
    return entry
  }

  logFile(name: string): string {
    return join(this.#folder, 'logs', `${name}.log`)
  }

  /** Ends one child: SIGTERM, and SIGKILL when it takes too long. Resolves when it is gone. */
  async stop(name: string): Promise<void> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    entry.stopping = true
    clearTimeout(entry.timer)
    const child = entry.process
    if (entry.running && child !== undefined) {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await entry.ended
      clearTimeout(timer)
    }
    this.#entries.delete(name)
    this.#writeDown()
  }

  async stopAll(select: (name: string) => boolean = () => true): Promise<void> {
    await Promise.all([...this.#entries.keys()].filter(select).map((name) => this.stop(name)))
  }

  /** After this nothing starts any more. */
  close(): void {
    this.#closed = true
  }

  #spawn(entry: Entry): void {
    const log = openSync(this.logFile(entry.name), 'a')
    // A group of its own: Ctrl-C in the terminal reaches `dev` alone, which ends them in order.
    const child = spawn(process.execPath, entry.spec.args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...entry.spec.env },
      detached: true,
    })
    closeSync(log)
    entry.process = child
    entry.pid = child.pid
    entry.running = child.pid !== undefined
    entry.ended = new Promise((resolve) => {
      const end = (how: string) => {
        entry.running = false
        entry.lastExit = how
        this.#writeDown()
        resolve()
        this.#restartLater(entry)
        this.#onChange(entry)
      }
      child.once('error', (error) => end(error.message))
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`))
    })
    this.#writeDown()
    this.#onChange(entry)
  }

  #restartLater(entry: Entry): void {
    const { restartAfterMs } = entry.spec
    if (restartAfterMs === undefined || entry.stopping || this.#closed) return
    entry.timer = setTimeout(() => {
      if (!entry.stopping && !this.#closed) this.#spawn(entry)
    }, restartAfterMs)
  }

  #writeDown(): void {
    const running = [...this.#entries.values()]
      .filter((entry) => entry.running)
      .map((entry) => ({ name: entry.name, ...processIdentity(entry.pid ?? 0) }))
    writeFileSync(join(this.#folder, 'children.json'), JSON.stringify(running))
  }
}

/** Ends the children of a former run that was killed before it could. Resolves with how many. */
export async function endLeftovers(folder: string): Promise<number> {
  let written: unknown
  try {
    written = JSON.parse(await readFile(join(folder, 'children.json'), 'utf8'))
  } catch {
    return 0
  }
  if (!Array.isArray(written)) return 0
  let ended = 0
  for (const { pid, startTicks } of written) {
    // A pid is given out again; only with the same start time is it the same process.
    if (typeof pid !== 'number' || typeof startTicks !== 'string') continue
    if (!isRunning({ pid, startTicks })) continue
    process.kill(pid, 'SIGKILL')
    ended++
  }
  return ended
}
