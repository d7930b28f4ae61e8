import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { JuteWriter, OpCode, SpecialXid } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** One frame with its length, or with another one. */
function frame(write: (to: JuteWriter) => void, length?: number): Buffer {
  const writer = new JuteWriter()
  const mark = writer.beginFrame()
  write(writer)
  writer.endFrame(mark)
  const bytes = Buffer.from(writer.take())
  if (length !== undefined) bytes.writeInt32BE(length)
  return bytes
}

/** A reply's header, with a body behind it. */
function reply(xid: number, body: (to: JuteWriter) => void = () => {}): Buffer {
  return frame((to) => {
    to.writeInt32(xid).writeInt64(1n).writeInt32(0)
    body(to)
  })
}

const hello = frame((to) => {
  to.writeInt32(0).writeInt32(4_000).writeInt64(7n).writeBuffer(Buffer.alloc(16))
})

/** What a server may say instead of its part of the handshake. */
const wrongHandshakes: [what: string, bytes: Buffer, code: string | undefined][] = [
  ['nothing', Buffer.alloc(0), undefined],
  ['a frame of no end', Buffer.from('7fffffff00', 'hex'), 'ZK_FRAME_TOO_LONG'],
  ['a frame of less than nothing', Buffer.from('ffffffff00', 'hex'), 'ZK_MALFORMED'],
  ['an empty frame', Buffer.alloc(4), 'ZK_TRUNCATED'],
  ['a frame cut short', hello.subarray(0, 20), undefined],
  ['a record cut short', frame((to) => to.writeInt32(0).writeInt32(4_000)), 'ZK_TRUNCATED'],
  [
    'a password beyond the frame',
    frame((to) => to.writeInt32(0).writeInt32(4_000).writeInt64(7n).writeInt32(0x7fffffff)),
    'ZK_TRUNCATED',
  ],
  [
    'a password that is too long',
    frame((to) => to.writeInt32(0).writeInt32(4_000).writeInt64(7n).writeBuffer(Buffer.alloc(17))),
    'ZK_MALFORMED',
  ],
  [
    'the answer of a web server',
    Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'ZK_FRAME_TOO_LONG',
  ],
  ['the banner of a shell', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'ZK_FRAME_TOO_LONG'],
  ['an alert of TLS', Buffer.from('15030300020228', 'hex'), 'ZK_FRAME_TOO_LONG'],
  [
    'no session, to one who asked for a new one',
    frame((to) => to.writeInt32(0).writeInt32(0).writeInt64(0n).writeBuffer(Buffer.alloc(16))),
    undefined,
  ],
  [
    'the session with the number 0',
    frame((to) => to.writeInt32(0).writeInt32(4_000).writeInt64(0n).writeBuffer(Buffer.alloc(16))),
    'ZK_MALFORMED',
  ],
]

/** What a server may say instead of the reply to request 1, a getChildren. */
const wrongReplies: [what: string, bytes: Buffer, code: string | undefined][] = [
  ['nothing', Buffer.alloc(0), undefined],
  ['a frame of no end', Buffer.from('7fffffff', 'hex'), 'ZK_FRAME_TOO_LONG'],
  ['a frame of less than nothing', Buffer.from('80000000', 'hex'), 'ZK_MALFORMED'],
  ['an empty frame', Buffer.alloc(4), 'ZK_TRUNCATED'],
  ['half a header', frame((to) => to.writeInt32(1).writeInt32(0)), 'ZK_TRUNCATED'],
  ['a frame cut short', reply(1, (to) => to.writeInt32(0)).subarray(0, 12), undefined],
  ['a reply without its body', reply(1), 'ZK_TRUNCATED'],
  ['children without end', reply(1, (to) => to.writeInt32(0x7fffffff)), 'ZK_TRUNCATED'],
  ['fewer children than none', reply(1, (to) => to.writeInt32(-2)), 'ZK_MALFORMED'],
  [
    'a name beyond the frame',
    reply(1, (to) => to.writeInt32(1).writeInt32(1_000_000)),
    'ZK_TRUNCATED',
  ],
  [
    'a name of less than nothing',
    reply(1, (to) => to.writeInt32(1).writeInt32(-7)),
    'ZK_MALFORMED',
  ],
  ['a reply to a request that was not made', reply(2), 'ZK_MALFORMED'],
  ['a reply of the number 0', reply(0), 'ZK_MALFORMED'],
  ['a reply to watches that were not armed', reply(SpecialXid.setWatches), 'ZK_MALFORMED'],
  ['a reply to a credential that was not given', reply(SpecialXid.auth), 'ZK_MALFORMED'],
  ['a reply of an unknown kind', reply(-100), 'ZK_MALFORMED'],
  [
    'an event without a path',
    reply(SpecialXid.notification, (to) => to.writeInt32(1)),
    'ZK_TRUNCATED',
  ],
  [
    'an event of no path',
    reply(SpecialXid.notification, (to) => to.writeInt32(1).writeInt32(3).writeInt32(-1)),
    'ZK_MALFORMED',
  ],
  [
    'an event whose path is beyond the frame',
    reply(SpecialXid.notification, (to) => to.writeInt32(1).writeInt32(3).writeInt32(99)),
    'ZK_TRUNCATED',
  ],
  [
    'an answer twice',
    Buffer.concat([reply(1, (to) => to.writeInt32(0)), reply(1, (to) => to.writeInt32(0))]),
    'ZK_MALFORMED',
  ],
  ['garbage', Buffer.from('deadbeef'.repeat(20), 'hex'), 'ZK_MALFORMED'],
]

describe('a client in the hands of a hostile server', () => {
  it.each(wrongHandshakes)(
    'drops it when it says %s, and finds the next',
    async (_what, bytes, code) => {
      let firstEnded = false
      await using server = await startScriptedServer({
        ...friendly,
        onConnect(connection) {
          if (connection.number > 0) return connection.accept({})
          connection.onClose(() => {
            firstEnded = true
          })
          connection.write(bytes)
          if (code === undefined) connection.end()
          return undefined
        },
      })
      await using zk = new ZooKeeper(server.connectString, { sessionTimeoutMs: 60_000 })
      const states: string[] = []
      zk.onStateChange((state) => states.push(state))
      await zk.connect({ timeoutMs: 10_000 })
      expect(states).toEqual(['connected'])
      expect(firstEnded).toBe(true)
      const error = zk.lastConnectionError
      expect(error?.message).toMatch(/\w/)
      if (code !== undefined) expect(error).toMatchObject({ code })
      await zk.getData('/a')
    },
  )

  it.each(wrongReplies)(
    'drops it when it answers with %s, and comes back',
    async (_what, bytes, code) => {
      let firstEnded = false
      await using server = await startScriptedServer({
        ...friendly,
        onRequest(connection, header, body) {
          if (connection.number > 0) return friendly.onRequest(connection, header, body)
          connection.onClose(() => {
            firstEnded = true
          })
          connection.write(bytes)
          if (code === undefined) connection.end()
          return undefined
        },
      })
      await using zk = await connected(server, { sessionTimeoutMs: 60_000 })
      const states: string[] = []
      zk.onStateChange((state) => states.push(state))
      const first = zk.getChildren('/a').catch((error: unknown) => error)
      const write = zk.delete('/b').catch((error: unknown) => error)
      expect(await write).toMatchObject({ code: 'ZK_CONNECTION_LOSS', mayHaveHappened: true })
      const error = zk.lastConnectionError
      if (code !== undefined) expect(error).toMatchObject({ code })
      // The answer that came twice was an answer the first time.
      if (!Array.isArray(await first)) {
        expect(await first).toMatchObject({ code: 'ZK_CONNECTION_LOSS', mayHaveHappened: false })
      }
      await zk.getData('/a')
      expect(states).toEqual(['suspended', 'connected'])
      expect(firstEnded).toBe(true)
    },
  )

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a frame', reply(1, (to) => to.writeInt32(0)).subarray(0, 7)],
    ['a length', Buffer.from('00100000', 'hex')],
  ])('gives it up when it falls silent after %s', async (_what, bytes) => {
    await using server = await startScriptedServer({
      onConnect: (connection) => connection.accept({ timeoutMs: 300 }),
      onRequest(connection, header, body) {
        if (connection.number > 0) friendly.onRequest(connection, header, body)
        else if (header.type === OpCode.getData) connection.write(bytes)
      },
    })
    await using zk = await connected(server)
    const lost = zk.getData('/a')
    await expect(lost).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      cause: { message: 'nothing came from the server within 200 ms' },
    })
    await zk.getData('/a')
  })

  it.each([
    ['pings that were not sent', reply(SpecialXid.ping)],
    [
      'events of another version',
      reply(SpecialXid.notification, (to) => to.writeInt32(77).writeInt32(99).writeString('/a')),
    ],
    [
      'events of what nobody watches',
      reply(SpecialXid.notification, (to) => to.writeInt32(3).writeInt32(3).writeString('/no')),
    ],
  ])('is not disturbed by %s, however many', async (_what, bytes) => {
    const flood = Buffer.concat(Array.from({ length: 20_000 }, () => bytes))
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, header, body) {
        connection.write(flood)
        friendly.onRequest(connection, header, body)
      },
    })
    await using zk = await connected(server)
    const states: string[] = []
    zk.onStateChange((state) => states.push(state))
    await zk.getData('/a', { watch: () => {} })
    await zk.getData('/b')
    expect(states).toEqual([])
  })

  it('takes what stands behind a record for a later version of it', async () => {
    await using server = await startScriptedServer({
      ...friendly,
      onRequest: (connection, { xid }) =>
        connection.write(reply(xid, (to) => to.writeInt32(1).writeString('x').writeInt64(9n))),
    })
    await using zk = await connected(server)
    expect(await zk.getChildren('/a')).toEqual(['x'])
    expect(await zk.getChildren('/a')).toEqual(['x'])
  })

  it('reads what comes byte by byte', async () => {
    await using server = await startScriptedServer({
      ...friendly,
      async onRequest(connection, { xid }) {
        const bytes = reply(xid, (to) => to.writeInt32(1).writeString('x'))
        for (let i = 0; i < bytes.length; i++) {
          connection.write(bytes.subarray(i, i + 1))
          await sleep(1)
        }
      },
    })
    await using zk = await connected(server)
    expect(await zk.getChildren('/a')).toEqual(['x'])
  })

  it('ends every call, whatever bytes come', { timeout: 30_000 }, async () => {
    let bytes = Buffer.alloc(0)
    let poisoned = 0
    await using server = await startScriptedServer({
      ...friendly,
      onRequest(connection, header, body) {
        if (header.type !== OpCode.getChildren) return friendly.onRequest(connection, header, body)
        poisoned++
        connection.write(bytes)
        connection.end()
        return undefined
      },
    })
    await using zk = await connected(server, { reconnect: { minMs: 1, maxMs: 1 }, random: () => 0 })
    const mutated = fc
      .tuple(fc.nat(40), fc.uint8Array({ maxLength: 60 }))
      .map(([keep, tail]) =>
        Buffer.concat([reply(1, (to) => to.writeInt32(0)).subarray(0, keep), tail]),
      )
    await fc.assert(
      fc.asyncProperty(mutated, async (some) => {
        bytes = some
        const before = poisoned
        const outcome = await zk.getChildren('/a').catch((error: unknown) => error)
        if (!Array.isArray(outcome)) expect(outcome).toHaveProperty('code')
        await waitFor('the next connection', () => zk.state === 'connected')
        expect(poisoned).toBe(before + 1)
      }),
      { numRuns: 100 },
    )
  })
})
