import { expect, it } from 'vitest'
import {
  encodeReplyHeader,
  getDataOperation,
  JuteWriter,
  OpCode,
} from '../../src/protocol/index.ts'
import { connected, friendly, friendlyStat } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

const SESSION_TIMEOUT_MS = 300

it('leaves a server that never ends a frame, although it goes on answering pings', async () => {
  let pings = 0
  await using server = await startScriptedServer({
    onConnect: (connection) => connection.accept({ timeoutMs: SESSION_TIMEOUT_MS }),
    onRequest(connection, header, body) {
      if (header.type === OpCode.ping) pings++
      // A length that is too long by far, and not too long to be believed: pings end up in the frame.
      if (header.type === OpCode.getData && connection.number === 0) {
        connection.write(Buffer.from([0, 1, 0, 0, 0, 0, 0, 1]))
      } else friendly.onRequest(connection, header, body)
    },
  })
  await using zk = await connected(server)
  await expect(zk.getData('/')).rejects.toMatchObject({
    code: 'ZK_CONNECTION_LOSS',
    cause: { message: `nothing came from the server within ${(SESSION_TIMEOUT_MS * 2) / 3} ms` },
  })
  expect(pings).toBeGreaterThan(0)
  expect((await zk.getData('/')).data).toBeNull()
})

it('waits for a long frame as long as it grows', async () => {
  const chunks = 8
  const bytes = Buffer.alloc(chunks * 32 * 1024, 'x')
  await using server = await startScriptedServer({
    onConnect: (connection) => connection.accept({ timeoutMs: SESSION_TIMEOUT_MS }),
    onRequest(connection, header, body) {
      // A server says nothing else in the middle of a frame: pings wait.
      if (header.type === OpCode.ping) return
      if (header.type !== OpCode.getData) {
        friendly.onRequest(connection, header, body)
        return
      }
      const whole = replyOf(header.xid, bytes)
      const step = Math.ceil(whole.length / chunks)
      let sent = 0
      // Altogether longer than the read timeout, each piece well within it.
      const timer = setInterval(() => {
        connection.write(whole.subarray(sent, sent + step))
        sent += step
        if (sent >= whole.length) clearInterval(timer)
      }, SESSION_TIMEOUT_MS / 6)
    },
  })
  await using zk = await connected(server)
  expect((await zk.getData('/')).data?.equals(bytes)).toBe(true)
})

function replyOf(xid: number, data: Buffer): Buffer {
  const writer = new JuteWriter()
  const mark = writer.beginFrame()
  encodeReplyHeader(writer, { xid, zxid: 1n, err: 0 })
  getDataOperation.encodeResponse(writer, { data, stat: friendlyStat })
  writer.endFrame(mark)
  return Buffer.from(writer.take())
}
