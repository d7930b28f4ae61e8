import type { ResourceMap } from '../model/resources/resource.ts'
import type { Children } from './children.ts'
import { type DemoInstance, demoInstances } from './demo-plan.ts'
import type { DevInstance } from './table.ts'
import { DEMO_INSTANCE } from './zoogate-args.ts'

/** Long enough to see on the table that an instance was killed. */
const RESTART_AFTER_MS = 3_000

const childName = (id: string) => `instance-${id}`

export interface DemosOptions {
  readonly children: Children
  readonly zookeeper: string
  readonly root: string
}

/** The sample instances of `kind: Demo`, each a process of its own. */
export class Demos {
  readonly #options: DemosOptions
  #running: readonly DemoInstance[] = []

  constructor(options: DemosOptions) {
    this.#options = options
  }

  get instances(): readonly DevInstance[] {
    return this.#running.map(({ id }) => {
      const child = this.#options.children.all.find(({ name }) => name === childName(id))
      const running = child?.running === true && child.pid !== undefined
      return {
        name: id,
        ...(running ? { pid: child.pid } : {}),
        state: running ? 'running' : `ended (${child?.lastExit ?? 'not started'})`,
      }
    })
  }

  /** Starts and stops instances until they are those that the resources ask for. */
  async follow(resources: ResourceMap): Promise<void> {
    const wanted = demoInstances(resources)
    const before = this.#running
    this.#running = wanted
    const same = (a: DemoInstance) => (b: DemoInstance) => a.id === b.id && a.service === b.service
    const gone = before.filter((instance) => !wanted.some(same(instance)))
    await Promise.all(gone.map(({ id }) => this.#options.children.stop(childName(id))))
    for (const instance of wanted.filter((one) => !before.some(same(one)))) {
      await this.#start(instance)
    }
  }

  async stop(): Promise<void> {
    await this.#options.children.stopAll((name) => name.startsWith('instance-'))
    this.#running = []
  }

  async #start({ id, service }: DemoInstance): Promise<void> {
    const { children, zookeeper, root } = this.#options
    const args = ['--service', service, '--id', id, '--zookeeper', zookeeper, '--root', root]
    await children.start({
      name: childName(id),
      args: [DEMO_INSTANCE, ...args],
      restartAfterMs: RESTART_AFTER_MS,
    })
  }
}
