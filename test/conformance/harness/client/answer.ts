import type { Seen } from '../backends/seen.ts'

/** What came back, whatever the way in which it was asked. */
export interface Answer {
  /** 0: the connection ended without one. */
  readonly status: number
  /** What came before it, where it was asked in raw bytes (RFC 9110 §15.2). */
  readonly interim?: readonly number[]
  /** Names in lower case, as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Uncompressed. */
  readonly body: string
  readonly bodyBytes: number
  readonly http2: boolean
  /** The first name of the server's certificate. */
  readonly certificate?: string
  readonly tlsVersion?: string
  /** Why there is no answer. */
  readonly error?: string
  readonly tookMs: number
  /** Of which request. */
  readonly requestId: string
}

export function headerValues({ headers }: Answer, name: string): readonly string[] {
  return headers.filter(([found]) => found === name.toLowerCase()).map(([, value]) => value)
}

/** Which backend it comes from; undefined: from the engine itself. */
export function answeredBy(answer: Answer): string | undefined {
  return headerValues(answer, 'x-by')[0]
}

/** What a backend says that it saw. */
export function seenInBody({ body }: Answer): Seen | undefined {
  return body.startsWith('{"by":') ? (JSON.parse(body) as Seen) : undefined
}
