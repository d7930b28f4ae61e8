import type { CallOptions } from '../connection/call.ts'
import { getACLOperation } from '../protocol/operations/get-acl.ts'
import { getAllChildrenNumberOperation } from '../protocol/operations/get-all-children-number.ts'
import { getEphemeralsOperation } from '../protocol/operations/get-ephemerals.ts'
import { NOTHING } from '../protocol/operations/operation.ts'
import { syncOperation } from '../protocol/operations/sync.ts'
import { type ClientInfo, whoAmIOperation } from '../protocol/operations/who-am-i.ts'
import type { Acl } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { Caller } from './caller.ts'
import type { Chroot } from './chroot.ts'

/** The reads that leave no watch, below the client's chroot. */
export class PlainReads {
  readonly #caller: Caller
  readonly #chroot: Chroot

  constructor(caller: Caller, chroot: Chroot) {
    this.#caller = caller
    this.#chroot = chroot
  }

  getACL(path: string, options: CallOptions): Promise<{ acl: readonly Acl[]; stat: Stat }> {
    const request = { path: this.#chroot.toServer(path) }
    return this.#caller.read(getACLOperation, path, request, (response) => response, options)
  }

  getAllChildrenNumber(path: string, options: CallOptions): Promise<number> {
    const request = { path: this.#chroot.toServer(path) }
    const operation = getAllChildrenNumberOperation
    return this.#caller.read(operation, path, request, ({ totalNumber }) => totalNumber, options)
  }

  getEphemerals(prefixPath: string, options: CallOptions): Promise<string[]> {
    const request = { prefixPath: this.#chroot.toServer(prefixPath) }
    const convert = ({ ephemerals }: { readonly ephemerals: readonly string[] }) =>
      ephemerals.map((path) => this.#chroot.toClient(path))
    return this.#caller.read(getEphemeralsOperation, prefixPath, request, convert, options)
  }

  whoAmI(options: CallOptions): Promise<readonly ClientInfo[]> {
    return this.#caller.read(whoAmIOperation, '/', NOTHING, ({ clientInfo }) => clientInfo, options)
  }

  sync(path: string, options: CallOptions): Promise<void> {
    const request = { path: this.#chroot.toServer(path) }
    return this.#caller.read(syncOperation, path, request, () => undefined, options)
  }
}
