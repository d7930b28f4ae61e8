import { EngineError, type Observation } from '../../engines/engine.ts'
import type { NodeEngine } from './node-engine.ts'
import { pause } from './pause.ts'

/** An engine that was started serves within this, or the start has failed. */
const START_TIMEOUT_MS = 15_000

/** What was left behind by an engine that died may answer for a moment, with what it had. */
const OTHER_GENERATION_MS = 1_000

/** An engine in the middle of a reload may not answer for a moment. */
const ANSWER_TIMEOUT_MS = 3_000
const POLL_MS = 20

/**
 * Starts the engine on the current generation, and waits until it serves it. One that its supervisor
 * or service manager started just before, on the former generation, is reloaded.
 * @returns false where it is attached and its service manager does not run it
 * @throws EngineError `ENGINE_RELOAD_FAILED`
 */
export async function startOn(
  { control, host, lettingGo, scheduler }: NodeEngine,
  generation: string,
  timeoutMs = START_TIMEOUT_MS,
): Promise<boolean> {
  await host.start()
  const endMs = scheduler.nowMs() + timeoutMs
  let seen = 'it does not answer'
  let otherSinceMs: number | undefined
  while (scheduler.nowMs() < endMs) {
    try {
      const observation = await control.observe()
      if (observation.generation === generation) return true
      seen = `it serves generation ${observation.generation}`
      otherSinceMs ??= scheduler.nowMs()
    } catch (error) {
      lettingGo.throwIfAborted()
      otherSinceMs = undefined
      seen = error instanceof Error ? error.message : String(error)
      const attached = host.process.mode === 'attached'
      if (attached && !(await host.process.status()).running) return false
    }
    if (otherSinceMs !== undefined && scheduler.nowMs() > otherSinceMs + OTHER_GENERATION_MS) {
      await control.reload(generation)
      return true
    }
    await pause(scheduler, POLL_MS)
  }
  const { running, lastExit } = await host.process.status()
  const state = running ? seen : `it does not run${lastExit === undefined ? '' : `: ${lastExit}`}`
  throw new EngineError(
    'ENGINE_RELOAD_FAILED',
    `the engine does not serve generation ${generation} ${timeoutMs} ms after its start: ${state}`,
  )
}

/** What a running engine has; undefined where it does not say so. */
export async function observeSoon({
  control,
  lettingGo,
  scheduler,
  log,
}: NodeEngine): Promise<Observation | undefined> {
  const endMs = scheduler.nowMs() + ANSWER_TIMEOUT_MS
  for (;;) {
    try {
      return await control.observe()
    } catch (error) {
      lettingGo.throwIfAborted()
      if (scheduler.nowMs() < endMs) {
        await pause(scheduler, POLL_MS)
        continue
      }
      log.warn({ err: error }, 'the engine runs but does not say what it serves')
      return undefined
    }
  }
}
