import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { durationMs } from '../../../../packages/zoogate/src/model/values/duration.ts'
import { webSocketAccept } from '../../../support/echo-backend.ts'
import { parseResponse } from '../../../support/raw-http.ts'
import type { Outgoing } from './send.ts'
import { readTextFrame, textFrame } from './websocket-frames.ts'

/** Upgrades, sends one message and waits for it to come back; its text is the body. */
export function webSocketExchange(socket: Socket, { host, headers, spec }: Outgoing) {
  const { send = '', times = 1, after = '0s' } = spec.webSocket ?? {}
  const message = send.repeat(times)
  const key = randomBytes(16).toString('base64')
  const lines = [
    `GET ${spec.path ?? '/'} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value) => `${name}: ${value}`),
    ),
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ]
  return new Promise<{
    status: number
    headers: readonly (readonly [string, string])[]
    bytes: Buffer
    http2: boolean
  }>((resolve, reject) => {
    let received = Buffer.alloc(0)
    let upgraded = false
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const { status, headers: found } = parseResponse(received.subarray(0, end + 4))
      if (status !== 101) {
        resolve({ status, headers: found, bytes: received.subarray(end + 4), http2: false })
        return
      }
      const accept = found.find(([name]) => name === 'sec-websocket-accept')?.[1]
      if (accept !== webSocketAccept(key)) reject(new Error(`the key came back as ${accept}`))
      if (!upgraded) setTimeout(() => socket.write(textFrame(message, true)), durationMs(after))
      upgraded = true
      const text = readTextFrame(received.subarray(end + 4))
      if (text === undefined) return
      resolve({ status, headers: found, bytes: Buffer.from(text), http2: false })
    })
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  })
}
