import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { EngineProgram } from '../engines/engine.ts'
import { channelToChild } from '../engines/inherit/engine-messages.ts'
import { EngineChannel } from './engine-channel.ts'
import { isRunning, type ProcessIdentity, processIdentity } from './process-identity.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'

/** How often an engine that is not our child is looked for. */
const ORPHAN_POLL_MS = 200

/** One engine process, our child or one that a former supervisor has left. */
export interface EngineInstance {
  readonly identity: ProcessIdentity
  /** Resolves when it is gone, with how: `exit 1`, `SIGKILL`. */
  readonly exited: Promise<string>
  /** With `listeners: 'inherit'` only. */
  readonly channel: EngineChannel | undefined
}

/**
 * Starts an engine in a session of its own, so that a signal to us or to our terminal does not reach
 * it, writing to the log by itself.
 * @throws SupervisorError `SUPERVISOR_ENGINE_FAILED` when it cannot be started at all
 */
export async function startEngine(
  program: EngineProgram,
  options: { readonly cwd: string; readonly output: number | 'ignore' },
): Promise<EngineInstance> {
  const { cwd, output } = options
  const child = spawn(program.command, program.args, {
    cwd,
    detached: true,
    stdio: ['ignore', output, output, ...(program.listeners === 'inherit' ? ['ipc' as const] : [])],
  })
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`))
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    const message = `cannot start ${program.command}: ${messageOf(error)}`
    throw new SupervisorError('SUPERVISOR_ENGINE_FAILED', message, { cause: error })
  }
  const pid = child.pid ?? 0
  return {
    // An engine that is gone already has no start time; its exit follows.
    identity: processIdentity(pid) ?? { pid, startTicks: '0' },
    exited,
    channel: program.listeners === 'inherit' ? new EngineChannel(channelToChild(child)) : undefined,
  }
}

/** Takes over an engine that runs already. How it ends cannot be known, only that it did. */
export function adoptEngine(
  identity: ProcessIdentity,
  channel: EngineChannel | undefined,
): EngineInstance {
  const exited = new Promise<string>((resolve) => {
    const timer = setInterval(() => {
      if (isRunning(identity)) return
      clearInterval(timer)
      resolve('ended')
    }, ORPHAN_POLL_MS)
  })
  return { identity, exited, channel }
}
