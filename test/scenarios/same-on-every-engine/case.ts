import { createHash } from 'node:crypto'
import type { EngineName } from '../../support/stack.ts'
import type { ServiceName } from '../same-routes.ts'

/** A request, byte by byte, and what every engine makes of it. */
export interface Case {
  readonly name: string
  readonly parts: readonly (string | Buffer)[]
  readonly status: number
  /** Whose answer it is; absent: the engine's own. */
  readonly by?: ServiceName
  /** The target as that server saw it; absent: not looked at. */
  readonly target?: string
  /** What that server saw of headers, joined by `|` where repeated; null: not there. */
  readonly sees?: Readonly<Record<string, string | null>>
  /** What it saw of the body. */
  readonly sent?: Buffer
  /** The response's body. */
  readonly body?: string
  /** Headers of the response, joined by `|`; null: not there. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly interim?: readonly number[]
  /** Where an engine cannot: each of these is in docs/reference/engines.md. */
  readonly except?: Partial<
    Record<EngineName, { readonly status: number; readonly by?: ServiceName }>
  >
}

interface Head {
  readonly method?: string
  readonly host?: string
  readonly version?: string
  readonly headers?: readonly string[]
  /** What follows the head. */
  readonly body?: string | Buffer
}

/** A request's bytes. */
export function head(target: string, options: Head = {}): string {
  const { method = 'GET', host = 'exact.test', version = '1.1', headers = [] } = options
  const lines = [`${method} ${target} HTTP/${version}`, `Host: ${host}`, ...headers]
  return `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`
}

export function raw(...lines: readonly string[]): readonly string[] {
  return [`${lines.join('\r\n')}\r\n\r\n`]
}

export type Expected = Omit<Case, 'name' | 'parts'>

export const to = (by: ServiceName, more: Partial<Expected> = {}): Expected => ({
  status: 200,
  by,
  ...more,
})
export const refused: Expected = { status: 400 }
export const noRoute: Expected = { status: 404, body: 'no route matches\n' }

export function routed(target: string, expected: Expected, options: Head = {}): Case {
  const { method = 'GET', host = 'exact.test', headers = [] } = options
  const name = [method, host + target, ...headers].join(' ')
  return { name, parts: [head(target, options)], ...expected }
}

/** A POST of one byte, whose framing is in question. */
export function posted(headers: readonly string[], expected: Expected): Case {
  const body = headers.some((header) => header.includes('chunked')) ? '1\r\n1\r\n0\r\n\r\n' : '1'
  const parts = [head('/', { method: 'POST', headers }) + body]
  return { name: headers.join(' and '), parts, ...expected }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
