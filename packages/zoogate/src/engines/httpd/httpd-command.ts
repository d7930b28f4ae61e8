import { execFile } from 'node:child_process'

/** Where httpd is, beside the PATH: a user who is not root often has no `sbin` there. */
export const HTTPD_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

/** Output beyond this is an error of its own. */
const OUTPUT_BYTES_MAX = 1024 * 1024

export interface CommandResult {
  /** `missing`: there is no such program. `timeout`: it was killed. */
  readonly outcome: 'passed' | 'failed' | 'missing' | 'timeout'
  /** Both streams. */
  readonly output: string
}

/** Runs Debian's `apache2` to its end: its version, or its checker. Never rejects. */
export function runHttpd(args: readonly string[], timeoutMs: number): Promise<CommandResult> {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:${HTTPD_PATH}`, LC_ALL: 'C' }
    execFile(
      'apache2',
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
