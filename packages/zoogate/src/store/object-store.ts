import type { ZooKeeper } from '@zoogate/zookeeper'
import type { Resource } from '../model/resources/resource.ts'
import { chunkCount, decodeObject, type EncodedObject } from './object-codec.ts'
import { StoreError } from './store-error.ts'
import type { TreePaths } from './tree-paths.ts'
import { createIfAbsent, mapBounded, readZnode } from './znodes.ts'

const REQUESTS_AT_ONCE = 64
/** Objects never change, so they are read once. */
const CACHED_OBJECTS_MAX = 2000

/** Resources by the digest of their canonical JSON, below `/config/objects`. */
export class ObjectStore {
  readonly #client: ZooKeeper
  readonly #paths: TreePaths
  readonly #cache = new Map<string, Resource>()

  constructor(client: ZooKeeper, paths: TreePaths) {
    this.#client = client
    this.#paths = paths
  }

  /** @throws StoreError `STORE_CORRUPT`, `STORE_UNKNOWN_RESOURCE` */
  async read(digests: readonly string[]): Promise<readonly Resource[]> {
    return mapBounded(digests, REQUESTS_AT_ONCE, (sha256) => this.#readOne(sha256))
  }

  /**
   * Writes those that are not there. An object is written before the revision that names it, and its
   * chunks with it, so whoever finds a revision finds its objects whole.
   */
  async write(objects: readonly EncodedObject[]): Promise<void> {
    await mapBounded(objects, REQUESTS_AT_ONCE, (object) => this.#writeOne(object))
  }

  async #readOne(sha256: string): Promise<Resource> {
    const cached = this.#cache.get(sha256)
    if (cached !== undefined) return cached
    const path = this.#paths.object(sha256)
    const data = await this.#dataOf(path)
    const chunks: Buffer[] = []
    for (let index = 0; index < chunkCount(data); index++) {
      chunks.push(await this.#dataOf(this.#paths.objectChunk(sha256, index)))
    }
    const resource = decodeObject(sha256, data, chunks)
    const [oldest] = this.#cache.keys()
    if (oldest !== undefined && this.#cache.size >= CACHED_OBJECTS_MAX) this.#cache.delete(oldest)
    this.#cache.set(sha256, resource)
    return resource
  }

  async #dataOf(path: string): Promise<Buffer> {
    const znode = await readZnode(this.#client, path)
    if (znode !== undefined && znode.data !== null) return znode.data
    throw new StoreError('STORE_CORRUPT', `a revision names ${path}, which is not there`, { path })
  }

  async #writeOne({ sha256, data, chunks }: EncodedObject): Promise<void> {
    await createIfAbsent(this.#client, this.#paths.object(sha256), data)
    for (const [index, chunk] of chunks.entries()) {
      await createIfAbsent(this.#client, this.#paths.objectChunk(sha256, index), chunk)
    }
  }
}
