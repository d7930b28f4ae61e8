import type { ReadRequest } from '../protocol/operations/read-request.ts'

/** The reads with a one-shot watch that were sent and are not answered, by path: taking watches off a path would take theirs too. */
export class ReadsUnderWay {
  readonly #reads = new Map<string, Set<ReadRequest>>()

  begin(path: string, read: ReadRequest): void {
    const reads = this.#reads.get(path)
    if (reads === undefined) this.#reads.set(path, new Set([read]))
    else reads.add(read)
  }

  /** Safe to call twice, and for one that was never sent. */
  end(path: string, read: ReadRequest): void {
    const reads = this.#reads.get(path)
    if (reads?.delete(read) === true && reads.size === 0) this.#reads.delete(path)
  }

  has(path: string): boolean {
    return this.#reads.has(path)
  }
}
