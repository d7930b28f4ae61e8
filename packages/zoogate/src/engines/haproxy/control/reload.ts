import type { EngineContext, EnginePaths } from '../../engine.ts'
import { EngineError } from '../../engine.ts'
import { adminSocket, masterSocket } from '../render/names.ts'
import { runCommands } from './command-socket.ts'
import { complaints } from './complaints.ts'
import { LogGrowth } from './log-growth.ts'
import { parseGeneration, showGeneration } from './stats.ts'

/** 10,000 servers take 0.7 s; a port that another program has is tried for 2 s. */
const TIMEOUT_MS = 20_000
const POLL_MS = 10
const SOCKET_TIMEOUT_MS = 1_000
/** While one process takes over from another, a socket may refuse a caller or leave it waiting. */
const POLL_TIMEOUT_MS = 500

/**
 * Tells the master process to read the configuration again, and waits until a new worker serves it.
 * The master answers nothing of use (before HAProxy 2.7), so the worker's generation tells of
 * success, and the master's count of failures of the other.
 * @throws EngineError `ENGINE_RELOAD_FAILED`: the former worker goes on
 */
export async function reload(generation: string, context: EngineContext): Promise<void> {
  const { paths } = context
  const log = await LogGrowth.start(paths.logs)
  const before = await masterState(paths, SOCKET_TIMEOUT_MS)
  // Not waited for: the master keeps this connection open when it starts itself anew.
  void requestReload(context)
  const end = Date.now() + TIMEOUT_MS
  while (Date.now() < end) {
    if ((await servedGeneration(paths)) === generation) return
    const now = await masterState(paths, POLL_TIMEOUT_MS)
    if (now !== undefined && now.failed > 0 && now.reloads > (before?.reloads ?? 0)) {
      throw await failure(`HAProxy kept its former configuration`, log, context)
    }
    if (now === undefined && !(await context.process.status()).running) {
      throw await failure('HAProxy does not run', log, context)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw await failure(`HAProxy serves no new generation after ${TIMEOUT_MS} ms`, log, context)
}

/** Never rejects: whether the reload came about is told by the worker's generation. */
async function requestReload({ paths, process, log }: EngineContext): Promise<void> {
  try {
    await runCommands(masterSocket(paths), ['reload'], { timeoutMs: SOCKET_TIMEOUT_MS })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Anything else: it closed the connection by starting itself anew, which is what was asked for.
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') return
    // Started without `-S`, or just starting itself anew: the signal asks for the same.
    await process.signal('SIGUSR2').catch((cause) => log.warn({ err: cause }, 'SIGUSR2 failed'))
  }
}

interface MasterState {
  readonly reloads: number
  /** Reloads that failed since the last one that did not. */
  readonly failed: number
}

/** Undefined: the master cannot be asked now. */
async function masterState(
  paths: EnginePaths,
  timeoutMs: number,
): Promise<MasterState | undefined> {
  const output = await runCommands(masterSocket(paths), ['show proc'], { timeoutMs }).catch(
    () => '',
  )
  const found = /^\d+\s+master\s+(\d+)\s+\[failed: (\d+)\]/m.exec(output)
  return found === null ? undefined : { reloads: Number(found[1]), failed: Number(found[2]) }
}

async function servedGeneration(paths: EnginePaths): Promise<string | undefined> {
  const output = await runCommands(adminSocket(paths), [showGeneration()], {
    timeoutMs: POLL_TIMEOUT_MS,
  }).catch(() => '')
  return parseGeneration(output)
}

async function failure(what: string, log: LogGrowth, { paths }: EngineContext) {
  const said = complaints(await log.read(), paths.current)
  return new EngineError('ENGINE_RELOAD_FAILED', said === '' ? what : `${what}: ${said}`)
}
