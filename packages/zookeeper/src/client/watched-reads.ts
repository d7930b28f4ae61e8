import { ErrorCode } from '../protocol/error-code.ts'
import { existsOperation } from '../protocol/operations/exists.ts'
import {
  type GetChildrenResponse,
  getChildrenOperation,
} from '../protocol/operations/get-children.ts'
import {
  type GetChildren2Response,
  getChildren2Operation,
} from '../protocol/operations/get-children2.ts'
import { type GetDataResponse, getDataOperation } from '../protocol/operations/get-data.ts'
import type { Operation } from '../protocol/operations/operation.ts'
import type { ReadRequest } from '../protocol/operations/read-request.ts'
import type { StatResponse } from '../protocol/operations/stat-response.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { OneShotKind } from '../session/watch-registry.ts'
import type { Caller } from './caller.ts'
import { attempt, watchOf } from './check-arguments.ts'
import type { Chroot } from './chroot.ts'
import type { WatchOptions } from './operation-options.ts'
import { CONFIG_NODE, type StoredEnsembleConfig, toStoredConfig } from './reconfig.ts'
import type { Watches } from './watches.ts'

interface Read<Response, Result> {
  readonly operation: Operation<ReadRequest, Response>
  readonly kind: OneShotKind
  readonly convert: (response: Response) => Result
  /** Default: the caller's path, below the chroot. */
  readonly serverPath?: string
}

/** The reads that can leave a one-shot watch. It is registered when the reply says that the server has it, and not before. */
export class WatchedReads {
  readonly #caller: Caller
  readonly #chroot: Chroot
  readonly #watches: Watches

  constructor(caller: Caller, chroot: Chroot, watches: Watches) {
    this.#caller = caller
    this.#chroot = chroot
    this.#watches = watches
  }

  getData(path: string, options: WatchOptions): Promise<GetDataResponse> {
    return this.#read({ operation: getDataOperation, kind: 'data', convert: same }, path, options)
  }

  getChildren(path: string, options: WatchOptions): Promise<string[]> {
    const convert = ({ children }: GetChildrenResponse) => [...children]
    return this.#read({ operation: getChildrenOperation, kind: 'children', convert }, path, options)
  }

  getChildren2(path: string, options: WatchOptions): Promise<GetChildren2Response> {
    return this.#read(
      { operation: getChildren2Operation, kind: 'children', convert: same },
      path,
      options,
    )
  }

  /** The configuration is where it is, whatever the chroot. */
  getConfig(options: WatchOptions): Promise<StoredEnsembleConfig> {
    const read = { operation: getDataOperation, kind: 'data', convert: toStoredConfig } as const
    return this.#read({ ...read, serverPath: CONFIG_NODE }, CONFIG_NODE, options)
  }

  /** Leaves its watch whether there is a znode or not. */
  exists(path: string, options: WatchOptions): Promise<Stat | undefined> {
    return attempt(() => {
      const watch = watchOf(options, path)
      const serverPath = this.#chroot.toServer(path)
      const { request, handlers, leave } = this.#watches.oneShot('data', serverPath, watch)
      return this.#caller.call<ReadRequest, StatResponse, Stat | undefined>(
        existsOperation,
        request,
        { path, mutates: false },
        {
          ...handlers,
          convert: ({ stat }) => leave('data', stat),
          recover: (err) =>
            err === ErrorCode.noNode ? { result: leave('exist', undefined) } : undefined,
        },
        options,
      )
    })
  }

  /** Leaves its watch when it succeeds. Converts at once, and not behind the promise: answers come in the order of the calls. */
  #read<Response, Result>(
    read: Read<Response, Result>,
    path: string,
    options: WatchOptions,
  ): Promise<Result> {
    return attempt(() => {
      const { operation, kind, convert, serverPath = this.#chroot.toServer(path) } = read
      const watch = watchOf(options, path)
      const { request, handlers, leave } = this.#watches.oneShot(kind, serverPath, watch)
      return this.#caller.call(
        operation,
        request,
        { path, mutates: false },
        { ...handlers, convert: (response: Response) => leave(kind, convert(response)) },
        options,
      )
    })
  }
}

function same<Value>(value: Value): Value {
  return value
}
