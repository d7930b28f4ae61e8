import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type CallOptions, ZooKeeper } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

const upperCase = {
  serialize: (value: string) => value.toUpperCase(),
  deserialize: (data: Buffer | null) => String(data),
}

/** Answers reads, and never a write; counts what it was asked. */
function deaf(): { readonly script: Script; readonly asked: number[] } {
  const asked: number[] = []
  const script: Script = {
    ...friendly,
    onRequest(connection, header, body) {
      asked.push(header.type)
      if (header.type !== OpCode.setData) friendly.onRequest(connection, header, body)
    },
  }
  return { script, asked }
}

describe('a deadline', () => {
  it('ends a write that was sent with the word that it may have happened', async () => {
    await using server = await startScriptedServer(deaf().script)
    await using zk = await connected(server)
    await expect(zk.setData('/a', 'x', { timeoutMs: 10 })).rejects.toMatchObject({
      code: 'ZK_TIMEOUT',
      path: '/a',
      mayHaveHappened: true,
      retryable: true,
    })
  })

  it('ends a write that still waits for a connection, which is then never sent', async () => {
    const { script, asked } = deaf()
    const held: (() => void)[] = []
    let isHolding = false
    await using server = await startScriptedServer({
      ...script,
      onConnect(connection) {
        if (isHolding) held.push(() => connection.accept({}))
        else connection.accept({})
      },
      onRequest(connection, header, body) {
        if (header.type === OpCode.delete) connection.close()
        else script.onRequest?.(connection, header, body)
      },
    })
    await using zk = await connected(server)
    isHolding = true
    await expect(zk.delete('/a')).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    await expect(zk.setData('/a', 'x', { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'ZK_TIMEOUT',
      mayHaveHappened: false,
    })
    await waitFor('the client to knock', () => held.length > 0)
    for (const accept of held) accept()
    await zk.sync('/')
    expect(asked).toEqual([OpCode.sync])
  })

  it('that is over already ends a call before anything is sent', async () => {
    const { script, asked } = deaf()
    await using server = await startScriptedServer(script)
    await using zk = await connected(server)
    for (const timeoutMs of [0, -5]) {
      await expect(zk.setData('/a', 'x', { timeoutMs })).rejects.toMatchObject({
        code: 'ZK_TIMEOUT',
        mayHaveHappened: false,
      })
    }
    await expect(zk.connect({ timeoutMs: 0 })).resolves.toBeUndefined()
    await zk.sync('/')
    expect(asked).toEqual([OpCode.sync])
  })

  it('is the client-wide one for every call that names none', async () => {
    await using server = await startScriptedServer(deaf().script)
    await using zk = await connected(server, { requestTimeoutMs: 20 })
    const calls: ((options: CallOptions) => Promise<unknown>)[] = [
      (options) => zk.setData('/a', 'x', options),
      (options) => zk.withSerializer(upperCase).setData('/a', 'x', options),
    ]
    const ending: Promise<void>[] = []
    for (const call of calls) {
      await expect(call({})).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
      const never = call({ timeoutMs: Infinity })
      const controller = new AbortController()
      const aborted = call({ signal: controller.signal, timeoutMs: 2 ** 40 })
      const later = call({}).catch(() => 'others have timed out')
      expect(await Promise.race([never, later])).toBe('others have timed out')
      controller.abort('enough')
      await expect(aborted).rejects.toMatchObject({ code: 'ZK_ABORTED', cause: 'enough' })
      // It ends with the client, and not before.
      ending.push(expect(never).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' }))
    }
    await zk.close()
    await Promise.all(ending)
  })

  it('may be a signal of its own, and any other signal is an abort', async () => {
    await using server = await startScriptedServer(deaf().script)
    await using zk = await connected(server)
    const signal = AbortSignal.timeout(10)
    await expect(zk.setData('/a', 'x', { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ZK_TIMEOUT',
      mayHaveHappened: true,
      retryable: true,
    })
    const aborted = AbortSignal.abort()
    await expect(zk.setData('/a', 'x', { signal: aborted })).rejects.toMatchObject({
      name: 'AbortError',
      code: 'ZK_ABORTED',
      retryable: false,
    })
    await using nowhere = new ZooKeeper('127.0.0.1:1')
    const late = { signal: AbortSignal.timeout(10) }
    await expect(nowhere.connect(late)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(nowhere.ensurePath('/a', late)).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  })

  it('that makes no sense is over', async () => {
    await using server = await startScriptedServer(deaf().script)
    await using zk = await connected(server)
    const timeoutMs = Number.NaN
    await expect(zk.getData('/a', { timeoutMs })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await expect(connected(server, { requestTimeoutMs: 0 })).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
    })
  })
})
