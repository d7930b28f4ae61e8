import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Detection, EnginePaths, EngineProgram } from '../engine.ts'

/** The built worker: seen from `src` and from `dist` it lies at the same place. */
const WORKER = fileURLToPath(new URL('../../../dist/engines/builtin/worker.js', import.meta.url))
const PACKAGE = new URL('../../../package.json', import.meta.url)

/** Requests under way get so much time at a stop, in milliseconds. The worker takes a little less. */
const STOP_TIMEOUT_MS = 15_000

export function program(paths: EnginePaths): EngineProgram {
  return {
    command: process.execPath,
    // The folder is for people who look at a list of processes.
    args: [WORKER, paths.folder],
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    listeners: 'inherit',
  }
}

/** It came with us. */
export async function detect(): Promise<Detection> {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'))
  return { installed: true, version: String(version) }
}
