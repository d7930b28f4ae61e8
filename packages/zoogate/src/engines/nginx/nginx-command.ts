import { execFile } from 'node:child_process'

/** Where nginx is, beside the PATH: a user who is not root often has no `sbin` there. */
export const NGINX_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

/** Output beyond this is an error of its own. */
const OUTPUT_BYTES_MAX = 1024 * 1024

export interface CommandResult {
  /** `missing`: there is no such program. `timeout`: it was killed. */
  readonly outcome: 'passed' | 'failed' | 'missing' | 'timeout'
  /** Both streams: nginx says nearly everything on standard error. */
  readonly output: string
}

/** Runs nginx to its end: its version, or its checker. Never rejects. */
export function runNginx(args: readonly string[], timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${NGINX_PATH}`, LC_ALL: 'C' }
    execFile(
      'nginx',
      args,
      { env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: OUTPUT_BYTES_MAX },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim()
        if (error === null) resolve({ outcome: 'passed', output })
        else if (error.code === 'ENOENT') resolve({ outcome: 'missing', output: error.message })
        else resolve({ outcome: error.killed === true ? 'timeout' : 'failed', output })
      },
    )
  })
}
