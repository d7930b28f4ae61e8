import { spawn } from 'node:child_process'
import type { ProbeResult } from '@zoogate/balancer'

/** Of what the command writes to standard error, so much is kept for the report. */
const STDERR_CHARACTERS_MAX = 1_024

export interface ExecProbeOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/**
 * Runs a command in a shell and passes when it ends with 0. One that is still running after the
 * timeout is killed with all that it started. Never rejects.
 */
export async function execProbe(command: string, options: ExecProbeOptions): Promise<ProbeResult> {
  const startedMs = performance.now()
  const verdict = await run(command, options)
  return { ...verdict, latencyMs: performance.now() - startedMs }
}

function run(
  command: string,
  { timeoutMs, signal }: ExecProbeOptions,
): Promise<{ passed: boolean; detail: string }> {
  return new Promise((resolve) => {
    // A group of its own, so that what the shell started can be killed with it.
    const child = spawn('/bin/sh', ['-c', command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARACTERS_MAX)
    })
    const finish = (passed: boolean, detail: string) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      killGroup(child.pid)
      child.stderr.destroy()
      resolve({ passed, detail })
    }
    const abort = () => finish(false, 'the probe was aborted')
    const timer = setTimeout(() => finish(false, `still running after ${timeoutMs} ms`), timeoutMs)
    signal?.addEventListener('abort', abort)
    child.on('error', (error) => finish(false, error.message))
    child.on('exit', (code, killedBy) => {
      const said = stderr.trim().split('\n').at(-1) ?? ''
      finish(code === 0, `ended with ${code ?? killedBy}${said === '' ? '' : `: ${said}`}`)
    })
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of it runs any more, which is as it should be.
  }
}
