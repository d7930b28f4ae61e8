import { close, fdatasync, fsyncSync, ftruncateSync, openSync, writevSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { logName, unfinished } from './file-names.ts'
import { encodeFileHeader, encodeRecord, FILE_HEADER_BYTES } from './record.ts'
import { syncFolder } from './sync-folder.ts'

const closeFile = promisify(close)
const syncFileData = promisify(fdatasync)

/** The calls that a disk may refuse. Tests pass ones that refuse when they are told to. */
export interface DiskCalls {
  /** Returns how many bytes were written: fewer than asked for when the disk is almost full. */
  write(descriptor: number, parts: readonly Buffer[]): number
  /** fdatasync: the data, and what is needed to find it again. */
  sync(descriptor: number): Promise<void>
}

export const diskCalls: DiskCalls = {
  write: (descriptor, parts) => writevSync(descriptor, parts),
  sync: (descriptor) => syncFileData(descriptor),
}

/** The log's file that transactions are appended to. */
export class LogFile {
  readonly path: string
  readonly #descriptor: number
  readonly #salt: number
  readonly #disk: DiskCalls
  #bytes: number

  private constructor(
    path: string,
    descriptor: number,
    salt: number,
    bytes: number,
    disk: DiskCalls,
  ) {
    this.path = path
    this.#descriptor = descriptor
    this.#salt = salt
    this.#bytes = bytes
    this.#disk = disk
  }

  /** A new log whose first transaction will be `firstZxid`. It gets its name when its header is on disk. */
  static async create(
    folder: string,
    firstZxid: bigint,
    salt: number,
    disk: DiskCalls,
  ): Promise<LogFile> {
    const path = join(folder, logName(firstZxid))
    const aside = unfinished(path)
    const descriptor = openSync(aside, 'w', 0o600)
    try {
      writeAll(disk, descriptor, [encodeFileHeader('ZGWTLOG1', salt)])
      await disk.sync(descriptor)
      await rename(aside, path)
      await syncFolder(folder)
    } catch (error) {
      await closeFile(descriptor)
      throw error
    }
    return new LogFile(path, descriptor, salt, FILE_HEADER_BYTES, disk)
  }

  /** An existing log, to go on behind its first `bytes` bytes. What lies behind them is cut off. */
  static open(path: string, salt: number, bytes: number, disk: DiskCalls): LogFile {
    // Appending: after a cut the next write goes to the new end.
    const descriptor = openSync(path, 'a', 0o600)
    ftruncateSync(descriptor, bytes)
    fsyncSync(descriptor)
    return new LogFile(path, descriptor, salt, bytes, disk)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Appends a record. It counts for nothing until `sync` resolves. */
  append(parts: readonly Buffer[]): void {
    this.#bytes += writeAll(this.#disk, this.#descriptor, encodeRecord(parts, this.#salt))
  }

  sync(): Promise<void> {
    return this.#disk.sync(this.#descriptor)
  }

  /** Cuts everything off behind `bytes`: what a failed write left there. Nothing may be appended after that. */
  cutOff(bytes: number): void {
    ftruncateSync(this.#descriptor, bytes)
    fsyncSync(this.#descriptor)
  }

  close(): Promise<void> {
    return closeFile(this.#descriptor)
  }
}

function writeAll(disk: DiskCalls, descriptor: number, parts: readonly Buffer[]): number {
  let rest = parts.filter((part) => part.length > 0)
  const total = rest.reduce((bytes, part) => bytes + part.length, 0)
  for (let left = total; left > 0; ) {
    const written = disk.write(descriptor, rest)
    if (written === 0) throw new Error('the disk took no byte of a write')
    left -= written
    rest = behind(rest, written)
  }
  return total
}

/** What is left of the parts behind their first `bytes` bytes. */
function behind(parts: readonly Buffer[], bytes: number): Buffer[] {
  const rest: Buffer[] = []
  let skip = bytes
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length
    else {
      rest.push(part.subarray(skip))
      skip = 0
    }
  }
  return rest
}
