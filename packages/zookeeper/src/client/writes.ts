import { deleteOperation } from '../protocol/operations/delete.ts'
import { setACLOperation } from '../protocol/operations/set-acl.ts'
import { setDataOperation } from '../protocol/operations/set-data.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { Caller } from './caller.ts'
import { attempt, checkCreateOptions, versionOf } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'
import { performCreate, performCreate2 } from './create.ts'
import { type CreateOperation, type DataInput, toBytes } from './multi.ts'
import type { CreateOptions, VersionOptions } from './operation-options.ts'

/** The writes of one znode each, below the client's chroot. */
export class Writes {
  readonly #caller: Caller
  readonly #chroot: Chroot

  constructor(caller: Caller, chroot: Chroot) {
    this.#caller = caller
    this.#chroot = chroot
  }

  create(path: string, data: DataInput, options: CreateOptions): Promise<string> {
    return attempt(() =>
      performCreate(this.#caller, this.#chroot, creation(path, data, options), options),
    )
  }

  create2(
    path: string,
    data: DataInput,
    options: CreateOptions,
  ): Promise<{ path: string; stat: Stat }> {
    return attempt(() =>
      performCreate2(this.#caller, this.#chroot, creation(path, data, options), options),
    )
  }

  delete(path: string, options: VersionOptions): Promise<void> {
    return attempt(() => {
      const request = { path: this.#chroot.toServer(path), version: versionOf(options, path) }
      return this.#caller.write(deleteOperation, path, request, () => undefined, options)
    })
  }

  setData(path: string, data: DataInput, options: VersionOptions): Promise<Stat> {
    return attempt(() => {
      const version = versionOf(options, path)
      const request = { path: this.#chroot.toServer(path), data: toBytes(data, path), version }
      return this.#caller.write(setDataOperation, path, request, ({ stat }) => stat, options)
    })
  }

  setACL(path: string, acl: readonly Acl[], options: VersionOptions): Promise<Stat> {
    return attempt(() => {
      const version = versionOf(options, path)
      const request = { path: this.#chroot.toServer(path), acl, version }
      return this.#caller.write(setACLOperation, path, request, ({ stat }) => stat, options)
    })
  }
}

function creation(path: string, data: DataInput, options: CreateOptions): CreateOperation {
  checkCreateOptions(options, path)
  const { mode, ttlMs, acl } = options
  return { type: 'create', path, data, mode, ttlMs, acl }
}
