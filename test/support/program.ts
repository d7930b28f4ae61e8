import { type ChildProcess, spawn } from 'node:child_process'
import { waitFor } from './wait-for.ts'

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** The program is ready when its output matches, or the function says so. Absent: at once. */
  readonly ready?: RegExp | (() => boolean | Promise<boolean>)
  /** Default 20 000. */
  readonly readyTimeoutMs?: number
}

/** A program that a test started. It is ended, by its pid, when disposed of. */
export interface Program extends AsyncDisposable {
  readonly pid: number
  /** Standard output and error so far, the last 1 MiB. */
  output(): string
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>
  readonly running: boolean
  write(text: string): void
  kill(signal?: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL after `graceMs` (default 5 000). Resolves when it is gone. */
  stop(options?: { graceMs?: number }): Promise<number | string>
}

const OUTPUT_BYTES_MAX = 1024 * 1024

/** Starts a program and waits until it is ready. Fails with its output when it dies before. */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Program> {
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-OUTPUT_BYTES_MAX)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  child.stdin?.on('error', () => {})
  let ended: number | string | undefined
  const exited = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      keep(String(error))
      ended = 'error'
      resolve(ended)
    })
    child.once('exit', (code, signal) => {
      ended = code ?? signal ?? 'unknown'
      resolve(ended)
    })
  })
  const program: Program = {
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    get running() {
      return ended === undefined
    },
    write: (text) => child.stdin?.write(text),
    kill: (signal = 'SIGTERM') => {
      if (ended === undefined) child.kill(signal)
    },
    async stop({ graceMs = 5_000 } = {}) {
      if (ended !== undefined) return ended
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      const result = await exited
      clearTimeout(timer)
      return result
    },
    async [Symbol.asyncDispose]() {
      await program.stop()
    },
  }
  const { ready } = options
  if (ready === undefined) return program
  try {
    await waitFor(
      `${command} ${args.join(' ')} to be ready`,
      async () => {
        if (ended !== undefined) return true
        return ready instanceof RegExp ? ready.test(output) : await ready()
      },
      { timeoutMs: options.readyTimeoutMs ?? 20_000 },
    )
  } catch (error) {
    await program.stop()
    throw new Error(`${(error as Error).message}; it printed:\n${output}`, { cause: error })
  }
  if (ended !== undefined) {
    throw new Error(`${command} ended with ${ended} before it was ready; it printed:\n${output}`)
  }
  return program
}
