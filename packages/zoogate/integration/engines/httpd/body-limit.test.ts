import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

const LIMIT_BYTES = 100_000

/** Sends a body without its length. Undefined: no response. */
function sendChunked(port: number, body: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sending = request({ port, method: 'POST', path: '/' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sending.on('error', () => resolve(undefined))
    for (let at = 0; at < body.length; at += 7_000) sending.write(body.subarray(at, at + 7_000))
    sending.end()
  })
}

describe.skipIf(missing('httpd') !== undefined)('httpd that limits bodies', () => {
  test('counts a body whose length is not told, and lets no endpoint take a part for the whole', async () => {
    const whole: Buffer[] = []
    const endpoint = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        whole.push(Buffer.concat(chunks))
        response.end()
      })
    })
    endpoint.listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    const port = await freePort()
    await using _httpd = await startHttpd(
      viewOf({
        listeners: [listenerOf(port)],
        limits: { bodyBytes: LIMIT_BYTES },
        services: [serviceOf('shop', [endpointOf('a', (endpoint.address() as AddressInfo).port)])],
      }),
    )
    const fitting = randomBytes(LIMIT_BYTES)
    expect(await sendChunked(port, fitting)).toBe(200)
    expect(whole).toEqual([fitting])
    for (const bytes of [LIMIT_BYTES + 1, 10 * LIMIT_BYTES]) {
      const status = await sendChunked(port, randomBytes(bytes))
      expect([undefined, 400, 413, 500, 502]).toContain(status)
    }
    expect(whole).toHaveLength(1)
    endpoint.close()
    endpoint.closeAllConnections()
  })
})
