import { execFile } from 'node:child_process'

/** Where HAProxy is, beside the PATH: a user who is not root often has no `sbin` there. */
export const HAPROXY_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

const OUTPUT_BYTES_MAX = 1024 * 1024

export interface CommandResult {
  readonly outcome: 'passed' | 'failed' | 'timeout' | 'missing'
  /** Standard output and error together. */
  readonly output: string
}

/** Runs `haproxy` with these arguments until it ends. Never rejects. */
export function runHaproxy(args: readonly string[], timeoutMs: number): Promise<CommandResult> {
  const PATH = `${process.env['PATH'] ?? ''}:${HAPROXY_PATH}`
  return new Promise((resolve) => {
    execFile(
      'haproxy',
      args,
      {
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_BYTES_MAX,
        env: { ...process.env, PATH },
      },
      (error, stdout, stderr) => {
        const output = stdout + stderr
        if (error === null) resolve({ outcome: 'passed', output })
        else if (error.code === 'ENOENT') resolve({ outcome: 'missing', output: error.message })
        else if (error.killed === true) resolve({ outcome: 'timeout', output })
        else resolve({ outcome: 'failed', output: output === '' ? error.message : output })
      },
    )
  })
}
