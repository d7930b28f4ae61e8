import type { ServerResponse } from 'node:http'

/** Answers by ourselves, in one line of text. */
export function respondShortly(
  response: ServerResponse,
  status: number,
  text: string,
  options: { readonly connection: 'keep' | 'close' },
): void {
  const headers = ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text))]
  if (options.connection === 'close') headers.push('connection', 'close')
  response.writeHead(status, headers)
  response.end(text)
}
