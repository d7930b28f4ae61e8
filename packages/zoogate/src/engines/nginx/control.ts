import { setTimeout as wait } from 'node:timers/promises'
import type { ServicePool } from '../../model/view/view.ts'
import { type EngineContext, type EngineControl, EngineError } from '../engine.ts'
import { type ConnectionCounts, DRAIN_TIMES } from '../shared/drain-window.ts'
import { LogTail } from '../shared/log-tail.ts'
import { ReloadDrain, type ReloadDrainTimes } from '../shared/reload-drain.ts'
import type { Balancing } from './balancing.ts'
import { parseConnectionCounts } from './control/connection-counts.ts'
import { type AskControl, askControl, getText } from './control/control-client.ts'
import { graveLines } from './control/log-lines.ts'
import { acceptingWorkers } from './control/worker-processes.ts'
import { CONTROL_PATHS, type NginxFiles, nginxFiles } from './render/files.ts'

/**
 * The times of a reload, around SIGHUP.
 *
 * Before it, clients leave the old workers: see `drain-window.ts`. Where nobody holds an idle
 * connection this takes no time.
 *
 * After it, from the moment that a new worker answers, old workers take connections for another
 * 100 ms, and for longer on a busy host. The flag stays up until they are seen to have stopped, so
 * that none of these is kept for a second request, and nobody meets the old configuration once the
 * reload is done. From then on old workers say `Connection: close` by themselves. `afterMs` is for
 * hosts where it cannot be seen.
 */
interface ReloadTimes extends ReloadDrainTimes {
  /** An nginx that is starting has so long to make its workers, before it is signalled all the same. */
  readonly startMs: number
  readonly afterMs: number
  /** nginx tries a listener that is in use for 2.5 s; a hash ring of 10,000 endpoints takes 6 s. */
  readonly timeoutMs: number
}

const RELOAD_TIMES: ReloadTimes = {
  drain: DRAIN_TIMES,
  startMs: 5_000,
  afterMs: 200,
  timeoutMs: 20_000,
  pollMs: 10,
  preparedMaxMs: 3_000,
}

export function control(
  context: EngineContext,
  balancing: Balancing,
  times = RELOAD_TIMES,
): EngineControl {
  return new NginxControl(context, balancing, times)
}

class NginxControl implements EngineControl {
  readonly #context: EngineContext
  readonly #times: ReloadTimes
  readonly #files: NginxFiles
  readonly #drain: ReloadDrain
  readonly #ask: AskControl
  readonly #live: ReturnType<Balancing['live']>
  readonly applyCertificates?: NonNullable<EngineControl['applyCertificates']>

  constructor(context: EngineContext, balancing: Balancing, times: ReloadTimes) {
    this.#context = context
    this.#times = times
    this.#files = nginxFiles(context.paths)
    this.#ask = (request) => askControl(this.#files.controlSocket, request)
    this.#live = balancing.live(this.#ask)
    const { applyCertificates } = this.#live
    if (applyCertificates !== undefined) this.applyCertificates = applyCertificates
    const drained = {
      engine: 'nginx',
      flagFile: this.#files.drainFlag,
      log: context.log,
      connectionCounts: () => this.#connectionCounts(),
    }
    this.#drain = new ReloadDrain(drained, times)
  }

  prepareReload(): Promise<void> {
    return this.#drain.prepare()
  }

  async reload(generation: string): Promise<void> {
    await this.#drain.clearOnce()
    const pid = await this.#started()
    await this.#drain.around(async () => {
      const log = await LogTail.start(this.#files.errorLog)
      const former = pid === undefined ? undefined : await acceptingWorkers(pid)
      await this.#context.process.signal('SIGHUP')
      const end = performance.now() + this.#times.timeoutMs
      await this.#untilServed(generation, log, end)
      if (pid === undefined || former === undefined) await wait(this.#times.afterMs)
      else await this.#untilGone(pid, former, end)
    })
  }

  applyEndpoints(services: readonly ServicePool[]): Promise<void> {
    return this.#live.applyEndpoints(services)
  }

  async observe() {
    await this.#drain.clearOnce()
    return this.#live.observe()
  }

  close(): Promise<void> {
    return this.#drain.close()
  }

  async #connectionCounts(): Promise<ConnectionCounts | undefined> {
    const answer = getText(this.#ask, CONTROL_PATHS.connections)
    return answer.then(parseConnectionCounts, () => undefined)
  }

  /**
   * The master that can be told to reload. SIGHUP ends an nginx that has no handlers yet; and one that
   * comes between them and the first wait for signals is noticed with the next signal only, whenever
   * that is. Both are over once there is a worker. Undefined: the host does not tell.
   */
  async #started(): Promise<number | undefined> {
    const end = performance.now() + this.#times.startMs
    for (;;) {
      const { running, lastExit, pid } = await this.#context.process.status()
      if (!running) {
        await this.#drain.close()
        throw new EngineError('ENGINE_RELOAD_FAILED', `nginx is not running (${lastExit ?? 'yet'})`)
      }
      const workers = pid === undefined ? undefined : await acceptingWorkers(pid)
      if (workers === undefined || workers.size > 0 || performance.now() >= end) return pid
      await wait(this.#times.pollMs)
    }
  }

  /** nginx says nothing of a reload but in its log, where it failed, and by what it serves. */
  async #untilServed(generation: string, log: LogTail, end: number): Promise<void> {
    while (performance.now() < end) {
      const served = await this.#servedGeneration()
      if (served === generation) return
      const complaints = graveLines(await log.read()).filter(({ level }) => level === 'emerg')
      if (complaints.some(({ message }) => isFinal(message))) {
        const words = complaints.map(({ message }) => message).join('\n')
        throw new EngineError('ENGINE_RELOAD_FAILED', `nginx did not reload: ${words}`)
      }
      await wait(this.#times.pollMs)
    }
    throw new EngineError(
      'ENGINE_RELOAD_FAILED',
      `nginx does not serve generation ${generation} ${this.#times.timeoutMs} ms after SIGHUP`,
    )
  }

  /** The new ones serve, so it is no failure of the reload where an old one takes its time. */
  async #untilGone(masterPid: number, former: ReadonlySet<number>, end: number): Promise<void> {
    while (performance.now() < end) {
      const accepting = await acceptingWorkers(masterPid)
      if (accepting === undefined || ![...former].some((pid) => accepting.has(pid))) return
      await wait(this.#times.pollMs)
    }
    this.#context.log.warn('old workers of nginx did not stop taking connections')
  }

  async #servedGeneration(): Promise<string | undefined> {
    return getText(this.#ask, CONTROL_PATHS.generation).catch(() => undefined)
  }
}

/** An address in use is tried five times, and `still could not bind()` is the last word on it. */
function isFinal(message: string): boolean {
  return !message.startsWith('bind() to ') || !message.includes('Address already in use')
}
