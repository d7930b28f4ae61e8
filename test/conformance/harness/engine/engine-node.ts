import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { steadyNowMs } from '../../../../packages/zoogate/src/agent/clock.ts'
import { Generations } from '../../../../packages/zoogate/src/agent/disk/generations.ts'
import { Journal } from '../../../../packages/zoogate/src/agent/disk/journal.ts'
import { Reconciler } from '../../../../packages/zoogate/src/agent/reconcile/reconciler.ts'
import type { Engine, EnginePaths } from '../../../../packages/zoogate/src/engines/engine.ts'
import type { View } from '../../../../packages/zoogate/src/model/view.ts'
import { SupervisedProcess } from '../../../../packages/zoogate/src/supervisor/index.ts'
import {
  isRunning,
  processIdentity,
} from '../../../../packages/zoogate/src/supervisor/process-identity.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { waitFor } from '../../../support/wait-for.ts'

/** One engine under a real supervisor, made to have what it shall by what the agent uses for it. */
export interface EngineNode extends AsyncDisposable {
  /**
   * Makes it serve a revision from now on.
   * @param view asked again whenever something may have changed: see {@link changed}
   * @throws Error with the engine's words; the former revision serves on
   */
  serve(revision: number, view: () => View | undefined): Promise<void>
  /** Endpoints are other ones. Resolves when the engine has them. */
  changed(): Promise<void>
}

export async function startEngineNode(engine: Engine): Promise<EngineNode> {
  const folder = await temporaryFolder()
  // As the agent's: others may enter, so the engine's workers may be another user's.
  await chmod(folder.path, 0o711)
  const paths: EnginePaths = {
    folder: folder.path,
    current: join(folder.path, 'current'),
    logs: join(folder.path, 'logs'),
    run: join(folder.path, 'run'),
  }
  await mkdir(paths.logs)
  const log = pino({ level: 'silent' })
  const process = new SupervisedProcess(paths, engine.program(paths))
  const control = engine.control({ paths, process, log })
  const generations = new Generations(paths.folder, () => engine.workersGroup?.(paths))
  await generations.open()
  const journal = new Journal(join(paths.folder, 'journal.json'))
  await journal.load()
  let target = 0
  let view: () => View | undefined = () => undefined
  const reconciler = new Reconciler({
    node: {
      engine,
      control,
      host: {
        process,
        runs: async () => target > 0,
        start: async () => {
          await process.ensure()
          await process.start()
        },
      },
      paths,
      generations,
      journal,
      lettingGo: new AbortController().signal,
      log,
    },
    desired: {
      target: () => (target === 0 ? undefined : target),
      good: () => undefined,
      view: (revision) => (revision === target ? view() : undefined),
    },
    onStatus: () => {},
    onObservation: () => {},
    nowMs: steadyNowMs,
  })
  await reconciler.start()
  const settle = async () => {
    reconciler.kick()
    await reconciler.idle()
    const { failure } = reconciler.status
    if (failure?.revision === target) throw new Error(failure.message)
  }
  return {
    async serve(revision, next) {
      target = revision
      view = next
      await settle()
      if (reconciler.status.served?.view.revision !== revision) {
        throw new Error(`the engine does not serve revision ${revision}`)
      }
    },
    changed: settle,
    async [Symbol.asyncDispose]() {
      await reconciler.close()
      await control.close()
      const { pid } = await process.status()
      const identity = pid === undefined ? undefined : processIdentity(pid)
      await process.shutdown()
      await waitFor('the engine to be gone', () => identity === undefined || !isRunning(identity))
      await folder[Symbol.asyncDispose]()
    },
  }
}
