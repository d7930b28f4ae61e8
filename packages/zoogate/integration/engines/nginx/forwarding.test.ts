import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { sendRaw } from '../raw-request.ts'
import { startNginx } from './running-nginx.ts'

async function oneBackend(...args: Parameters<typeof startEchoBackend>) {
  const backend = await startEchoBackend(...args)
  const port = await freePort()
  const nginx = await startNginx(
    viewOf({
      listeners: [listenerOf(port)],
      services: [serviceOf('shop', [endpointOf('a', backend.port)])],
    }),
  )
  return {
    port,
    backend,
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]()
      await backend[Symbol.asyncDispose]()
    },
  }
}

describe.skipIf(missing('nginx') !== undefined)('what passes through', () => {
  test('the backend sees the client’s Host, and whom the request comes from', async () => {
    await using stand = await oneBackend()
    const { body } = await request(stand.port, {
      headers: {
        host: 'Shop.test:81',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'bank.test',
        forwarded: 'for=1.2.3.4',
        'x-other': 'kept',
      },
    })
    const { headers } = JSON.parse(body)
    expect(headers).toMatchObject({
      host: 'Shop.test:81',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'Shop.test:81',
      forwarded: 'for=127.0.0.1;proto=http',
      'x-other': 'kept',
    })
    expect(headers).not.toHaveProperty('upgrade')
  })

  test('of a request with an absolute URI the backend sees its authority', async () => {
    await using stand = await oneBackend()
    const head =
      'GET http://shop.test:81/x HTTP/1.1\r\nHost: shop.test:81\r\nConnection: close\r\n\r\n'
    expect(await sendRaw(stand.port, head)).toContain('"host":"shop.test:81"')
  })

  test('methods, large headers and large bodies', async () => {
    await using stand = await oneBackend()
    // Node.js reads at most 16 KiB of header.
    const large = 'x'.repeat(12_000)
    const body = randomBytes(1_500_000).toString('hex')
    const answer = await request(stand.port, { method: 'PUT', body, headers: { 'x-large': large } })
    expect(answer.status).toBe(200)
    const [asked] = stand.backend.asked
    expect(asked?.method).toBe('PUT')
    expect(asked?.headers['x-large']).toBe(large)
    expect(asked?.body === body).toBe(true)
  })

  test('an answer streams: its beginning arrives before its end is known', async () => {
    let finish = () => {}
    await using stand = await oneBackend((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const answer = await fetch(`http://127.0.0.1:${stand.port}/`)
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    finish()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last')
  })

  test('an endpoint’s own words are not nginx’s: 418, X-Accel-Redirect, Server, Location', async () => {
    await using stand = await oneBackend((_, response) => {
      response.writeHead(418, {
        'x-accel-redirect': '/elsewhere',
        server: 'teapot/1',
        location: 'http://shop/x',
      })
      response.end('short and stout')
    })
    const { status, body, headers } = await request(stand.port)
    expect([status, body]).toEqual([418, 'short and stout'])
    expect(headers).toMatchObject({ server: 'teapot/1', location: 'http://shop/x' })
  })

  test('an upgrade to a WebSocket passes, one to h2c does not', async () => {
    await using stand = await oneBackend((asked, response) => response.end(JSON.stringify(asked)))
    const upgrade = (protocol: string) =>
      sendRaw(
        stand.port,
        `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${protocol}\r\n\r\n`,
      )
    expect(await upgrade('h2c')).not.toContain('"upgrade"')
    await upgrade('WebSocket')
    expect(stand.backend.asked.at(-1)?.headers).toMatchObject({
      upgrade: 'websocket',
      connection: 'upgrade',
    })
  })
})
