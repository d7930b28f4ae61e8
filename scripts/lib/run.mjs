import { spawn } from 'node:child_process'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program on this terminal and resolves with its exit code (128 when a signal ended it).
 * Signals that reach us go on to the program. From a terminal's Ctrl-C it has them twice.
 */
export function run(command, args, { env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    const forward = (signal) => child.kill(signal)
    for (const signal of SIGNALS) process.on(signal, forward)
    const end = (code) => {
      for (const signal of SIGNALS) process.off(signal, forward)
      resolve(code)
    }
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      end(127)
    })
    child.once('exit', (code) => end(code ?? 128))
  })
}
