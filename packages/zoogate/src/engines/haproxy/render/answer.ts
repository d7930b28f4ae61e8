import type { Directive } from './directive.ts'

/** Answers a request in words of our own. */
export function answer(
  status: number,
  text: string,
  condition: Directive,
  headers: readonly (readonly [name: string, format: string])[] = [],
): Directive {
  return [
    ...['http-request', 'return', 'status', String(status)],
    ...['content-type', 'text/plain', 'string', text],
    ...headers.flatMap(([name, format]) => ['hdr', name, format]),
    ...condition,
  ]
}
