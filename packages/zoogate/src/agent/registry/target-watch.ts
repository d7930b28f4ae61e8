import { type ResourceMap, resourceOf } from '../../model/resources/resource.ts'
import type { ZnodeText } from '../../model/view/builder.ts'
import type { Secrets } from './closure-secrets.ts'
import { RolloutWatch, type RolloutWatchOptions } from './rollout-watch.ts'
import { ZnodeTextWatch } from './znode-text-watch.ts'

/** All that one Gateway's node needs of a revision. */
export interface Target {
  readonly revision: number
  readonly resources: ResourceMap
  readonly secrets: Secrets
  /** Of a native configuration that lies in a znode. */
  readonly znodeText?: ZnodeText
}

export interface TargetWatchOptions extends Omit<RolloutWatchOptions, 'onTarget'> {
  /** The rollout asks for this; again for each change of a znode that it takes its text from. */
  readonly onTarget: (target: Target) => void
}

/** Follows a Gateway's rollout, and the znode that the revision which it asks for has its text in. */
export class TargetWatch {
  readonly #options: TargetWatchOptions
  readonly #rollout: RolloutWatch
  #target: Target | undefined
  #text: ZnodeTextWatch | undefined
  #closed = false

  constructor(options: TargetWatchOptions) {
    this.#options = options
    this.#rollout = new RolloutWatch({
      ...options,
      onTarget: (revision, resources, secrets) => this.#take({ revision, resources, secrets }),
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#rollout.close(), this.#text?.close()])
  }

  #take(target: Target): void {
    const { client, gateway, log } = this.#options
    this.#target = target
    const path = resourceOf(target.resources, 'Gateway', gateway)?.spec.native?.znode
    if (path !== this.#text?.path) {
      void this.#text?.close()
      const onChange = () => this.#tell()
      this.#text =
        path === undefined ? undefined : new ZnodeTextWatch({ client, path, onChange, log })
    }
    this.#tell()
  }

  #tell(): void {
    const { onTarget, onUnusable } = this.#options
    const target = this.#target
    if (target === undefined || this.#closed) return
    if (this.#text === undefined) {
      onTarget(target)
      return
    }
    const { last } = this.#text
    if (last === undefined) return
    if ('problem' in last) onUnusable(target.revision, `spec.native.znode: ${last.problem}`)
    else onTarget({ ...target, znodeText: last })
  }
}
