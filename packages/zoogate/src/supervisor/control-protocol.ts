import type { EngineProcessStatus, EngineProgram } from '../engines/engine.ts'

/**
 * The supervisor's socket: one JSON object on each line, requests `{ id, method, params }`, answers
 * `{ id, result }` or `{ id, error: { code, message } }` in the order in which they are ready.
 */
export type ControlMethod = 'status' | 'start' | 'stop' | 'signal' | 'call' | 'update' | 'shutdown'

/** Longest request or answer, in bytes. The endpoints of a large service are a megabyte or two. */
const LINE_BYTES_MAX = 32 * 1024 * 1024

export interface SupervisorStatus extends EngineProcessStatus {
  readonly supervisorPid: number
  readonly program: EngineProgram
}

export interface ControlRequest {
  readonly id: number
  readonly method: string
  readonly params: unknown
}

export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }

/** Undefined: the line is no request. */
export function parseRequest(line: string): ControlRequest | undefined {
  const value = parseObject(line)
  if (value === undefined || !('id' in value) || !('method' in value)) return undefined
  const { id, method } = value
  if (typeof id !== 'number' || typeof method !== 'string') return undefined
  return { id, method, params: 'params' in value ? value.params : undefined }
}

/** Undefined: the line is no answer. */
export function parseAnswer(line: string): ControlAnswer | undefined {
  const value = parseObject(line)
  if (value === undefined || !('id' in value) || typeof value.id !== 'number') return undefined
  const { id } = value
  if (!('error' in value)) return { id, result: 'result' in value ? value.result : undefined }
  const error = value.error
  if (typeof error !== 'object' || error === null) return undefined
  if (!('code' in error) || typeof error.code !== 'string') return undefined
  const message = 'message' in error ? String(error.message) : error.code
  return { id, error: { code: error.code, message } }
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Cuts a stream of bytes into lines. A line that is too long ends the conversation. */
export class LineReader {
  readonly #bytesMax: number
  #parts: Buffer[] = []
  #bytes = 0

  constructor(bytesMax: number = LINE_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** The lines that are whole now. Undefined: too long. */
  push(chunk: Buffer): readonly string[] | undefined {
    const lines: string[] = []
    let from = 0
    for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
      this.#parts.push(chunk.subarray(from, end))
      lines.push(Buffer.concat(this.#parts).toString('utf8'))
      this.#parts = []
      this.#bytes = 0
      from = end + 1
    }
    if (from < chunk.length) {
      this.#parts.push(chunk.subarray(from))
      this.#bytes += chunk.length - from
    }
    return this.#bytes > this.#bytesMax ? undefined : lines
  }
}
