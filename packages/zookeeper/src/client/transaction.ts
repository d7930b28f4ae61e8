import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import type { Stat } from '../protocol/records/stat.ts'
import { ANY_VERSION, checkPartOptions } from './check-arguments.ts'
import type { DataInput, MultiOperation, MultiResult } from './multi.ts'
import type { NodeOptions } from './operation-options.ts'

/** What sends the operations of a transaction: `ZooKeeper.multi`. */
type Commit = (
  operations: readonly MultiOperation[],
  options: CallOptions,
) => Promise<readonly MultiResult[]>

/** What the operations of a list give in a transaction. */
type TransactionResults<Operations extends readonly MultiOperation[]> = {
  -readonly [Index in keyof Operations]: TransactionResult<Operations[Index]>
}

/** What one operation gives. */
type TransactionResult<Operation extends MultiOperation> = Operation extends { type: 'create' }
  ? string
  : Operation extends { type: 'setData' }
    ? Stat
    : undefined

/**
 * Operations that are applied together or not at all (ZooKeeper's `Transaction`, kazoo's `TransactionRequest`).
 *
 * Each method gives the transaction with one operation more, and its type with one result more: chain
 * them, or keep what they give. `commit` resolves with what each operation would have resolved with alone, in their order: the
 * path of a create, the Stat of a setData, undefined for delete and check. `add` takes a number of operations that
 * is only known when the program runs.
 */
export class Transaction<Results extends readonly unknown[] = []> {
  readonly #send: Commit
  /** Handed on from one link of the chain to the next: the spent ones do not touch it any more. */
  readonly #operations: MultiOperation[]
  #isSpent = false

  constructor(send: Commit, operations: MultiOperation[] = []) {
    this.#send = send
    this.#operations = operations
  }

  /** Creates a znode; its result is the path, which has a number at its end when the mode is a sequential one. */
  create(
    path: string,
    data: DataInput = null,
    options: NodeOptions = {},
  ): Transaction<[...Results, string]> {
    checkPartOptions(options, path)
    return this.#with({ ...options, type: 'create', path, data })
  }

  /** Sets a znode's data, at the given version or at any; its result is the new Stat. */
  setData(
    path: string,
    data: DataInput,
    options: { readonly version?: number | undefined } = {},
  ): Transaction<[...Results, Stat]> {
    checkPartOptions(options, path)
    return this.#with({ ...options, type: 'setData', path, data })
  }

  /** Deletes a znode without children, at the given version or at any. */
  delete(
    path: string,
    options: { readonly version?: number | undefined } = {},
  ): Transaction<[...Results, undefined]> {
    checkPartOptions(options, path)
    return this.#with({ ...options, type: 'delete', path })
  }

  /** Insists that a znode exists, and has this version of its data; the default, `ANY_VERSION`, is content with any. */
  check(path: string, version = ANY_VERSION): Transaction<[...Results, undefined]> {
    return this.#with({ type: 'check', path, version })
  }

  /** Adds operations that stand in a list, as `ZooKeeper.multi` takes them; their results come in their places. */
  add<const Operations extends readonly MultiOperation[]>(
    operations: Operations,
  ): Transaction<[...Results, ...TransactionResults<Operations>]> {
    this.#spend()
    this.#operations.push(...operations)
    return new Transaction(this.#send, this.#operations)
  }

  /**
   * Sends all of it as one `multi`. Rejects with a `MultiError` that names the operation that failed: nothing was
   * applied then. After a `ConnectionLossError` with `mayHaveHappened`, all of it was applied or nothing. Once only.
   */
  async commit(options: CallOptions = {}): Promise<Results> {
    this.#spend()
    const results = await this.#send(this.#operations, options)
    // `multi` answers each place by its operation's own type, or fails.
    return results.map(resultOf) as readonly unknown[] as Results
  }

  #with<Result>(operation: MultiOperation): Transaction<[...Results, Result]> {
    this.#spend()
    this.#operations.push(operation)
    return new Transaction(this.#send, this.#operations)
  }

  /** A result that was thrown away would be an operation that silently is not done: better to say so. */
  #spend(): void {
    if (this.#isSpent) {
      throw new InvalidOptionError(
        'this transaction was continued or committed already: go on with what its method gave',
      )
    }
    this.#isSpent = true
  }
}

function resultOf(result: MultiResult): string | Stat | undefined {
  if (result.type === 'create') return result.path
  return result.type === 'setData' ? result.stat : undefined
}
