import { NodeExistsError, type ZooKeeper } from '@zoogate/zookeeper'
import type { SecretVersions } from '../../model/resources/desired-state.ts'
import {
  decodeSecretBytes,
  encodeSecretBytes,
  type SecretBytes,
} from '../../model/secrets/secret-bytes.ts'
import type { Secret } from '../../model/view/view.ts'
import { repeatable } from '../retry.ts'
import { StoreError } from '../store-error.ts'
import type { TreePaths } from '../tree-paths.ts'
import { ensurePath, readChildren, readZnode } from '../znodes.ts'
import { fingerprintOf, type KeyRing } from './key-ring.ts'
import { decodeSealed, type SealedSecret, sealSecret, unsealSecret } from './sealed-secret.ts'

/** Others who write versions of the same secret at the same time. */
const RIVALS_MAX = 50
/** The fingerprint's beginning is enough to tell versions of one number apart, of a tree begun anew. */
const FINGERPRINT_SHOWN = 12

export interface FoundVersion {
  readonly version: number
  /** It lies there already. */
  readonly written: boolean
}

/** The bytes of secrets, encrypted, below `/secrets`. A version never changes once it is written. */
export class SecretStore {
  readonly #client: ZooKeeper
  readonly #paths: TreePaths

  constructor(client: ZooKeeper, paths: TreePaths) {
    this.#client = client
    this.#paths = paths
  }

  /**
   * Which version holds these bytes: the pinned one or the newest where they do, else the next one.
   * @throws StoreError `STORE_CORRUPT`
   */
  async find(
    name: string,
    bytes: SecretBytes,
    pinned: number | undefined,
    keys: KeyRing,
  ): Promise<FoundVersion> {
    const newest = await this.#newest(name)
    const text = encodeSecretBytes(bytes)
    for (const version of new Set([pinned, newest])) {
      if (version === undefined || version === 0) continue
      const sealed = await this.#read(name, version)
      const key = sealed === undefined ? undefined : keys.find(sealed.key)
      if (sealed === undefined || key === undefined) continue
      if (sealed.fingerprint === fingerprintOf(text, key)) return { version, written: true }
    }
    return { version: Math.max(newest, pinned ?? 0) + 1, written: false }
  }

  /**
   * Writes the bytes unless they are there, before a revision names them. Returns their version.
   * @throws StoreError `STORE_TOO_LARGE`, `STORE_CONTENDED`
   */
  async write(
    name: string,
    bytes: SecretBytes,
    pinned: number | undefined,
    keys: KeyRing,
  ): Promise<number> {
    const found = await this.find(name, bytes, pinned, keys)
    if (found.written) return found.version
    await ensurePath(this.#client, this.#paths.secret(name))
    const text = encodeSecretBytes(bytes)
    for (let version = found.version; version < found.version + RIVALS_MAX; version++) {
      const path = this.#paths.secretVersion(name, version)
      if (await this.#create(path, sealSecret(text, path, keys.newest))) return version
    }
    const message = `others wrote ${RIVALS_MAX} versions of Secret/${name} meanwhile`
    throw new StoreError('STORE_CONTENDED', message)
  }

  /** @throws StoreError `STORE_CORRUPT` where one of these versions is not there (any more) */
  async assertThere(versions: SecretVersions): Promise<void> {
    for (const [name, version] of versions) {
      if ((await this.#read(name, version)) === undefined) throw this.#gone(name, version)
    }
  }

  /** @throws StoreError `STORE_CORRUPT`, `STORE_NO_KEY` */
  async read(name: string, version: number, keys: KeyRing): Promise<Secret> {
    const path = this.#paths.secretVersion(name, version)
    const sealed = await this.#read(name, version)
    if (sealed === undefined) throw this.#gone(name, version)
    const bytes = decodeSecretBytes(unsealSecret(sealed, path, keys))
    if (bytes === undefined) {
      const message = `${path} holds a secret that this version of zoogate does not understand`
      throw new StoreError('STORE_CORRUPT', message, { path })
    }
    const shown = sealed.fingerprint.slice(0, FINGERPRINT_SHOWN)
    return { ...bytes, name, version: `${version}.${shown}` }
  }

  #gone(name: string, version: number): StoreError {
    const path = this.#paths.secretVersion(name, version)
    return new StoreError('STORE_CORRUPT', `a revision names ${path}, which is not there`, { path })
  }

  async #newest(name: string): Promise<number> {
    const versions = await readChildren(this.#client, this.#paths.secret(name))
    return Math.max(0, ...versions.filter((one) => /^[1-9][0-9]{0,9}$/.test(one)).map(Number))
  }

  async #read(name: string, version: number): Promise<SealedSecret | undefined> {
    const path = this.#paths.secretVersion(name, version)
    const znode = await readZnode(this.#client, path)
    return znode === undefined ? undefined : decodeSealed(znode.data, path)
  }

  /** False: the version is somebody else's. An answer that was lost may have been ours. */
  async #create(path: string, data: Buffer): Promise<boolean> {
    try {
      await repeatable(() => this.#client.create(path, data))
      return true
    } catch (error) {
      if (!(error instanceof NodeExistsError)) throw error
      return (await readZnode(this.#client, path))?.data?.equals(data) ?? false
    }
  }
}
