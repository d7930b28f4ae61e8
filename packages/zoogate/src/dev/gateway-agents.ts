import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engines } from '../engines/index.ts'
import { type ResourceMap, resourcesOf } from '../model/resources/resource.ts'
import type { Children } from './children.ts'
import { shutDownEngine } from './shut-down-engine.ts'
import { zoogateArgs } from './zoogate-args.ts'

/** An agent that died is started again after this long. */
const RESTART_AFTER_MS = 500

export interface GatewayAgentsOptions {
  readonly children: Children
  /** `.zoogate/agents` */
  readonly folder: string
  readonly agentConfig: string
  readonly zookeeper: string
  readonly root: string
}

/** One agent for each Gateway of the desired state whose engine is to be had on this machine. */
export class GatewayAgents {
  readonly #options: GatewayAgentsOptions
  readonly #running = new Set<string>()
  readonly #leftOut = new Map<string, string>()

  constructor(options: GatewayAgentsOptions) {
    this.#options = options
  }

  /** Why a Gateway has no agent here. */
  leftOut(gateway: string): string | undefined {
    return this.#leftOut.get(gateway)
  }

  /** Starts and stops agents until they are those that the resources ask for. */
  async follow(resources: ResourceMap): Promise<void> {
    const wanted = resourcesOf(resources, 'Gateway')
    const names = new Set(wanted.map(({ metadata }) => metadata.name))
    for (const name of [...this.#running]) {
      if (!names.has(name)) await this.#end(name)
    }
    // An engine that a killed run left behind is taken over by its Gateway's agent, if it has one.
    const folders = await this.#folders()
    await Promise.all(
      folders.filter((name) => !names.has(name)).map((name) => this.#shutDown(name)),
    )
    this.#leftOut.clear()
    for (const { metadata, spec } of wanted) {
      await this.#endOtherEngine(metadata.name, spec.engine)
      if (this.#running.has(metadata.name)) continue
      const engine = engines.get(spec.engine)
      const detection = await engine?.detect()
      const problem =
        engine === undefined ? `there is no engine ${spec.engine}` : detection?.problem
      if (problem !== undefined) this.#leftOut.set(metadata.name, problem)
      else await this.#start(metadata.name, spec.engine)
    }
  }

  /** Ends the agents, then every engine that an agent of this folder has ever started. */
  async stop(): Promise<void> {
    await this.#options.children.stopAll((name) => name.startsWith('agent-'))
    this.#running.clear()
    await Promise.all((await this.#folders()).map((name) => this.#shutDown(name)))
  }

  /** Gateways that an agent of this folder has ever served. */
  #folders(): Promise<readonly string[]> {
    return readdir(this.#options.folder).catch(() => [])
  }

  #shutDown(gateway: string): Promise<void> {
    return shutDownEngine(join(this.#options.folder, gateway))
  }

  /** A node's folder is one engine's. Where the Gateway is another one's now, it begins anew. */
  async #endOtherEngine(gateway: string, engine: string): Promise<void> {
    const former = await readFile(this.#engineFile(gateway), 'utf8').catch(() => engine)
    if (former === engine) return
    await this.#end(gateway)
    await rm(join(this.#options.folder, gateway), { recursive: true, force: true })
  }

  /** Which engine the folder is of, also for the next run. */
  #engineFile(gateway: string): string {
    return join(this.#options.folder, gateway, 'dev-engine')
  }

  async #start(gateway: string, engine: string): Promise<void> {
    const { children, folder, agentConfig, zookeeper, root } = this.#options
    this.#running.add(gateway)
    await mkdir(join(folder, gateway), { recursive: true })
    await writeFile(this.#engineFile(gateway), engine)
    await children.start({
      name: `agent-${gateway}`,
      args: zoogateArgs(
        'agent',
        ...['--gateway', gateway, '--folder', join(folder, gateway)],
        ...['--config', agentConfig, '--zookeeper', zookeeper, '--root', root],
      ),
      restartAfterMs: RESTART_AFTER_MS,
    })
  }

  async #end(gateway: string): Promise<void> {
    this.#running.delete(gateway)
    await this.#options.children.stop(`agent-${gateway}`)
    // An engine outlives its agent on purpose; here it shall not.
    await this.#shutDown(gateway)
  }
}
