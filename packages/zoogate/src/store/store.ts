import type { ZooKeeper } from '@zoogate/zookeeper'
import type { DesiredState, SecretVersions } from '../model/resources/desired-state.ts'
import type { Override, Release } from '../model/resources/override.ts'
import { compareText, type ResourceMap } from '../model/resources/resource.ts'
import type { Secret } from '../model/view/view.ts'
import { mergeResources, stateChanges, withSecretChanges } from './merge-resources.ts'
import { type NodeStatus, readNodes } from './node-reports.ts'
import { ObjectStore } from './object-store.ts'
import {
  changeOverride,
  type OverrideChange,
  readOverrides,
  readRelease,
  releaseHold,
} from './override-store.ts'
import { type FoundRegistration, readRegistrations } from './registration-reader.ts'
import type { Revision } from './revision.ts'
import {
  findRevision,
  readHead,
  readRevision,
  readState,
  type StoreContext,
} from './revision-reader.ts'
import { type Base, type WrittenRevision, writeRevision } from './revision-writer.ts'
import { decodeRollout, type Rollout } from './rollout.ts'
import type { KeyRing } from './secrets/key-ring.ts'
import { pinSecrets, type SecretsToPut } from './secrets/pin-secrets.ts'
import { SecretStore } from './secrets/secret-store.ts'
import { StoreError } from './store-error.ts'
import { type TreePaths, treePaths } from './tree-paths.ts'
import { mapBounded, readZnode } from './znodes.ts'

const DEFAULT_HISTORY_ENTRIES = 20
const HISTORY_REQUESTS_AT_ONCE = 32

export interface StoreOptions {
  /** Connected, or on its way: requests wait. The caller closes it. */
  readonly client: ZooKeeper
  /** Default `/zoogate`. */
  readonly root?: string
  /** Default: the system's clock. */
  readonly now?: () => Date
}

/** Refuses a desired state by throwing. It sees what a revision would hold, others' changes included. */
type StateCheck = (resources: ResourceMap, base: Base) => void

export interface ApplyRequest {
  /** What is put in; the rest stays as it is. */
  readonly resources: ResourceMap
  /** The bytes of the Secrets among them. Default: none. */
  readonly secrets?: SecretsToPut
  /** `delete` takes out what was there when apply began and `resources` does not hold. Default `keep`. */
  readonly others?: 'keep' | 'delete'
  readonly author: string
  readonly message?: string
  readonly check?: StateCheck
}

export interface RollbackRequest {
  /** The revision whose content is wanted. Default: the one before the newest. */
  readonly to?: number
  readonly author: string
  readonly message?: string
  readonly check?: StateCheck
}

export interface HistoryEntry {
  readonly number: number
  readonly revision: Revision
}

/**
 * The desired state and what operators say, in ZooKeeper. Every write is a compare-and-set; a lost
 * connection never makes a change happen twice.
 */
export class Store {
  readonly paths: TreePaths
  readonly #context: StoreContext

  constructor({ client, root, now = () => new Date() }: StoreOptions) {
    this.paths = treePaths(root)
    const objects = new ObjectStore(client, this.paths)
    const secrets = new SecretStore(client, this.paths)
    this.#context = { client, paths: this.paths, objects, secrets, now }
  }

  /** The newest revision's number; 0: nothing was ever applied. */
  async readHead(): Promise<number> {
    return (await readHead(this.#context)).revision
  }

  /** @throws StoreError `STORE_EMPTY`, `STORE_NO_REVISION`, `STORE_CORRUPT` */
  readRevision(number: number): Promise<Revision> {
    return readRevision(this.#context, number)
  }

  /**
   * The whole desired state of a revision; of 0, the empty one.
   * @throws StoreError `STORE_NO_REVISION`, `STORE_CORRUPT`, `STORE_UNKNOWN_RESOURCE`
   */
  readState(number: number): Promise<DesiredState> {
    return readState(this.#context, number)
  }

  /** Of {@link readState} what people wrote. */
  async readResources(number: number): Promise<ResourceMap> {
    return (await this.readState(number)).resources
  }

  /**
   * The bytes of one version of a Secret. Never print them.
   * @throws StoreError `STORE_CORRUPT`, `STORE_NO_KEY`
   */
  readSecret(name: string, version: number, keys: KeyRing): Promise<Secret> {
    return this.#context.secrets.read(name, version, keys)
  }

  /** What {@link apply} would pin for these resources. Writes nothing. */
  planSecrets(
    resources: ResourceMap,
    base: SecretVersions,
    put: SecretsToPut | undefined,
  ): Promise<SecretVersions> {
    return pinSecrets(this.#context.secrets, resources, base, put, 'plan')
  }

  /** The newest revisions first. Those that were swept are left out. */
  async history(limit: number = DEFAULT_HISTORY_ENTRIES): Promise<readonly HistoryEntry[]> {
    const head = await this.readHead()
    const numbers = Array.from({ length: Math.min(limit, head) }, (_, index) => head - index)
    const found = await mapBounded(numbers, HISTORY_REQUESTS_AT_ONCE, async (number) => {
      const revision = await findRevision(this.#context, number)
      return revision === undefined ? [] : [{ number, revision }]
    })
    return found.flat()
  }

  /**
   * Merges resources into the newest state, by kind and name, and makes that a revision. Without a
   * difference there is no new one.
   * @throws StoreError `STORE_TOO_LARGE`, `STORE_CONTENDED`, and whatever `check` throws
   */
  apply(request: ApplyRequest): Promise<WrittenRevision> {
    // Decided once: what somebody else adds while we try again is not ours to delete.
    let remove: readonly string[] | undefined
    return writeRevision(this.#context, {
      author: request.author,
      action: 'apply',
      next: async (base) => {
        remove ??= request.others === 'delete' ? [...base.resources.keys()] : []
        const { resources, changes } = mergeResources(base.resources, request.resources, remove)
        request.check?.(resources, base)
        // Not before the check: what is refused leaves nothing behind.
        const store = this.#context.secrets
        const secrets = await pinSecrets(store, resources, base.secrets, request.secrets, 'write')
        return {
          resources,
          secrets,
          changes: withSecretChanges(changes, base.secrets, secrets),
          message: request.message ?? '',
        }
      },
    })
  }

  /**
   * Makes a revision that holds what an earlier one held.
   * @throws StoreError as `apply`, and `STORE_EMPTY`, `STORE_NO_REVISION`
   */
  async rollback(request: RollbackRequest): Promise<WrittenRevision & { readonly to: number }> {
    // The one that was before when we were asked, whoever writes meanwhile.
    const head = await this.readHead()
    const to = request.to ?? head - 1
    if (to < 1) {
      const problem =
        head === 0 ? 'nothing was applied yet' : 'there is no revision before the first'
      throw new StoreError('STORE_EMPTY', problem)
    }
    const { resources, secrets } = await this.readState(to)
    const written = await writeRevision(this.#context, {
      author: request.author,
      action: 'rollback',
      next: async (base) => {
        request.check?.(resources, base)
        await this.#context.secrets.assertThere(secrets)
        return {
          resources,
          secrets,
          changes: stateChanges(base, { resources, secrets }),
          message: request.message ?? `rollback to revision ${to}`,
        }
      },
    })
    return { ...written, to }
  }

  /** Undefined: the Gateway was never applied. */
  async readRollout(gateway: string): Promise<Rollout | undefined> {
    const path = this.paths.rollout(gateway)
    const znode = await readZnode(this.#context.client, path)
    return znode === undefined ? undefined : decodeRollout(znode.data, path)
  }

  /** The nodes of a Gateway and what each last said of itself, sorted by name. */
  readNodes(gateway: string): Promise<readonly NodeStatus[]> {
    return readNodes(this.#context, gateway)
  }

  /** What is registered at a discovery path now. */
  readRegistrations(discoveryPath: string): Promise<readonly FoundRegistration[]> {
    return readRegistrations(this.#context, discoveryPath)
  }

  /** An operator's words on the instances of a Service, by instance. */
  async readOverrides(service: string): Promise<ReadonlyMap<string, Override>> {
    const overrides = await readOverrides(this.#context, service)
    return new Map([...overrides].sort(([a], [b]) => compareText(a, b)))
  }

  /** Compares and sets an operator's word. Returns what stands afterwards. */
  changeOverride(
    target: { readonly service: string; readonly instance: string; readonly by: string },
    change: OverrideChange,
  ): Promise<Override | undefined> {
    return changeOverride(this.#context, target, change)
  }

  /** Acknowledges a hold of a Service's lost endpoints. */
  release(target: { readonly service: string; readonly by: string }): Promise<Release> {
    return releaseHold(this.#context, target)
  }

  readRelease(service: string): Promise<Release | undefined> {
    return readRelease(this.#context, service)
  }
}
