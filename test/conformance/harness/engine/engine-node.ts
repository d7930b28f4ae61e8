import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { systemScheduler } from '@zoogate/balancer'
import { pino } from 'pino'
import { steadyNowMs } from '../../../../packages/zoogate/src/agent/clock.ts'
import { Generations } from '../../../../packages/zoogate/src/agent/disk/generations.ts'
import { Journal } from '../../../../packages/zoogate/src/agent/disk/journal.ts'
import type { NodeEngine } from '../../../../packages/zoogate/src/agent/reconcile/node-engine.ts'
import { Reconciler } from '../../../../packages/zoogate/src/agent/reconcile/reconciler.ts'
import type {
  Engine,
  EngineControl,
  EnginePaths,
} from '../../../../packages/zoogate/src/engines/engine.ts'
import type { View } from '../../../../packages/zoogate/src/model/view/view.ts'
import { SupervisedProcess } from '../../../../packages/zoogate/src/supervisor/index.ts'
import {
  isRunning,
  processIdentity,
} from '../../../../packages/zoogate/src/supervisor/process-identity.ts'
import { readEngineRecord } from '../../../../packages/zoogate/src/supervisor/supervisor-files.ts'
import { temporaryFolder } from '../../../support/folder.ts'
import { waitFor } from '../../../support/wait-for.ts'

/** One engine under a real supervisor, made to have what it shall by what the agent uses for it. */
export interface EngineNode extends AsyncDisposable {
  readonly paths: EnginePaths
  /** What the engine is steered by. */
  readonly control: EngineControl
  /**
   * Makes it serve a revision from now on.
   * @param view asked again whenever something may have changed: see {@link changed}
   * @throws Error with the engine's words; the former revision serves on
   */
  serve(revision: number, view: () => View | undefined): Promise<void>
  /** Endpoints are other ones. Resolves when the engine has them. */
  changed(): Promise<void>
  /** Of the engine's main process. Undefined: it does not run. */
  pid(): Promise<number | undefined>
  /**
   * The agent ends, and another takes over what is there.
   * @param change makes of its hands others, which may fail it
   */
  nextAgent(change?: (node: NodeEngine) => NodeEngine): Promise<void>
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
  // As the agent has it before it asks for the program: nginx looks whether its workers' user can enter.
  await mkdir(paths.run, { mode: 0o711 })
  const process = new SupervisedProcess(paths, engine.program(paths))
  let target = 0
  let view: () => View | undefined = () => undefined
  const begin = async (change: (node: NodeEngine) => NodeEngine) => {
    const node = change(nodeOf(engine, paths, process))
    const reconciler = new Reconciler({
      node,
      desired: {
        target: () => (target === 0 ? undefined : `${target}`),
        good: () => undefined,
        view: (version) => (version === `${target}` ? view() : undefined),
      },
      onStatus: () => {},
      onObservation: () => {},
      nowMs: steadyNowMs,
    })
    await reconciler.start()
    return { node, reconciler }
  }
  let agent = await begin((node) => node)
  const end = async () => {
    await agent.reconciler.close()
    await agent.node.control.close()
  }
  const settle = async () => {
    agent.reconciler.kick()
    await agent.reconciler.idle()
    const { failure } = agent.reconciler.status
    if (failure?.revision === target) throw new Error(failure.message)
  }
  const pid = async () => (await process.status()).pid
  return {
    paths,
    get control() {
      return agent.node.control
    },
    async serve(revision, next) {
      target = revision
      view = next
      await settle()
      if (agent.reconciler.status.served?.view.revision !== revision) {
        throw new Error(`the engine does not serve revision ${revision}`)
      }
    },
    changed: settle,
    pid,
    async nextAgent(change = (node) => node) {
      await end()
      agent = await begin(change)
    },
    async [Symbol.asyncDispose]() {
      await end()
      const last = await pid()
      const identity = last === undefined ? undefined : processIdentity(last)
      await process.shutdown()
      await waitFor('the engine to be gone', () => identity === undefined || !isRunning(identity))
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** What an agent has of its engine, which runs or not. */
function nodeOf(engine: Engine, paths: EnginePaths, process: SupervisedProcess): NodeEngine {
  const log = pino({ level: 'silent' })
  return {
    engine,
    control: engine.control({ paths, process, log }),
    host: {
      process,
      runs: async () => {
        const record = readEngineRecord(paths.run)
        return record !== undefined && isRunning(record)
      },
      start: async () => {
        await process.ensure()
        await process.start()
      },
    },
    paths,
    generations: new Generations(paths.folder, () => engine.workersGroup?.(paths)),
    journal: new Journal(join(paths.folder, 'journal.json')),
    lettingGo: new AbortController().signal,
    scheduler: systemScheduler,
    log,
  }
}
