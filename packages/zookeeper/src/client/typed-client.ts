import type { Stat } from '../protocol/records/stat.ts'
import { getDataOrNull } from './get-data-or-null.ts'
import type { CreateOptions, VersionOptions, WatchOptions } from './operation-options.ts'
import { deserialize, type Serializer, serialize } from './serializer.ts'
import type { RemoveWatchesOptions } from './watches.ts'
import type { ZooKeeper } from './zookeeper.ts'

/**
 * A client whose znodes hold values of one type; see `ZooKeeper.withSerializer`. A value that cannot be written or read rejects with a
 * `SerializationError` that names the path; nothing is sent for one that cannot be written.
 */
export class TypedClient<Value> {
  readonly #client: ZooKeeper
  readonly #serializer: Serializer<Value>

  constructor(client: ZooKeeper, serializer: Serializer<Value>) {
    this.#client = client
    this.#serializer = serializer
  }

  /** As `ZooKeeper.create`. */
  async create(path: string, value: Value, options: CreateOptions = {}): Promise<string> {
    return this.#client.create(path, serialize(this.#serializer, value, path), options)
  }

  /** As `ZooKeeper.create2`. */
  async create2(
    path: string,
    value: Value,
    options: CreateOptions = {},
  ): Promise<{ path: string; stat: Stat }> {
    return this.#client.create2(path, serialize(this.#serializer, value, path), options)
  }

  /** As `ZooKeeper.setData`. */
  async setData(path: string, value: Value, options: VersionOptions = {}): Promise<Stat> {
    return this.#client.setData(path, serialize(this.#serializer, value, path), options)
  }

  /** As `ZooKeeper.delete`. */
  delete(path: string, options: VersionOptions = {}): Promise<void> {
    return this.#client.delete(path, options)
  }

  /** As `ZooKeeper.getChildren`. */
  getChildren(path: string, options: WatchOptions = {}): Promise<string[]> {
    return this.#client.getChildren(path, options)
  }

  /** As `ZooKeeper.exists`. */
  exists(path: string, options: WatchOptions = {}): Promise<Stat | undefined> {
    return this.#client.exists(path, options)
  }

  /** As `ZooKeeper.removeWatches`. */
  removeWatches(path: string, options: RemoveWatchesOptions = {}): Promise<void> {
    return this.#client.removeWatches(path, options)
  }

  /** As `ZooKeeper.getData`. A watch is left on data that cannot be read too. */
  async getData(path: string, options: WatchOptions = {}): Promise<{ data: Value; stat: Stat }> {
    const { data, stat } = await this.#client.getData(path, options)
    return { data: deserialize(this.#serializer, data, path), stat }
  }

  /** As `getData`, with null for a znode that does not exist; no watch is left on that one. */
  getDataOrNull(
    path: string,
    options: WatchOptions = {},
  ): Promise<{ data: Value; stat: Stat } | null> {
    return getDataOrNull(this, path, options)
  }
}
