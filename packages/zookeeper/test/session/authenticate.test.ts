import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import {
  AuthFailedError,
  type SaslExchange,
  type SaslMechanism,
  type SaslServer,
  ZooKeeper,
} from '../../src/index.ts'
import {
  ErrorCode,
  OpCode,
  opCodeName,
  SpecialXid,
  saslOperation,
} from '../../src/protocol/index.ts'
import { friendly } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

/** A mechanism that says "hello", and then twice the server's word. */
function echoing(servers: SaslServer[] = []): SaslMechanism {
  return {
    name: 'ECHO',
    start(server) {
      servers.push(server)
      let steps = 0
      return {
        step(challenge) {
          steps++
          if (steps === 1) return { response: Buffer.from('hello'), isComplete: false }
          return { response: Buffer.concat([challenge, challenge]), isComplete: true }
        },
      }
    },
  }
}

function mechanism(start: () => SaslExchange | Promise<SaslExchange>): SaslMechanism {
  return { name: 'TEST', start }
}

const stepping = (step: SaslExchange['step']) => mechanism(() => ({ step }))

/** A friendly server that answers tokens by their upper case, and writes down what it hears. */
function listening(said: string[][]): Script {
  return {
    onConnect(connection) {
      said.push([])
      connection.accept({})
    },
    onRequest(connection, header, body) {
      if (header.type !== OpCode.sasl) {
        said.at(-1)?.push(opCodeName(header.type))
        friendly.onRequest(connection, header, body)
        if (header.type === OpCode.getData && connection.number === 0) connection.close()
        return
      }
      const token = String(saslOperation.decodeRequest(body).token)
      said.at(-1)?.push(`sasl ${token}`)
      connection.reply({ xid: header.xid }, (to) =>
        saslOperation.encodeResponse(to, { token: Buffer.from(token.toUpperCase()) }),
      )
    },
  }
}

describe('authentication by SASL', () => {
  it('comes before all else, on every connection', async () => {
    const said: string[][] = []
    await using server = await startScriptedServer(listening(said))
    const servers: SaslServer[] = []
    await using zk = new ZooKeeper(server.connectString.replace('127.0.0.1', 'localhost'), {
      sasl: echoing(servers),
      auth: [{ scheme: 'digest', credential: 'a:b' }],
      resolve: async () => ['127.0.0.1'],
    })
    const waits = zk.exists('/a', { watch: () => {} })
    await zk.connect({ timeoutMs: 5_000 })
    await waits
    const isNoticed = new Promise((resolve) => zk.onStateChange(resolve))
    await zk.getData('/cut').catch(() => undefined)
    await isNoticed
    await zk.sync('/')
    expect(said).toEqual([
      ['sasl hello', 'sasl HELLOHELLO', 'auth', 'exists', 'getData'],
      ['sasl hello', 'sasl HELLOHELLO', 'auth', 'setWatches', 'sync'],
    ])
    expect(servers.map(({ host }) => host)).toEqual(['localhost', 'localhost'])
  })

  /** Lets a client of the mechanism run into its end, and gives what its `connect` rejects with. */
  async function end(sasl: SaslMechanism, script: Partial<Script> = {}): Promise<unknown> {
    await using server = await startScriptedServer({ ...listening([]), ...script })
    await using zk = new ZooKeeper(server.connectString, { sasl })
    const error: unknown = await zk.connect({ timeoutMs: 5_000 }).catch((reason) => reason)
    expect(zk.state).toBe('authFailed')
    return error
  }

  it.each([
    ['refuses', ErrorCode.authFailed, 'refused our ECHO authentication'],
    ['wants another one', ErrorCode.sessionClosedRequireSaslAuth, 'refused our ECHO'],
    ['does not know SASL', ErrorCode.unimplemented, 'does not know SASL'],
  ])('ends with a server that %s', async (_, err, message) => {
    const error = await end(echoing(), {
      onRequest: (connection, { xid }) => connection.reply({ xid, err }),
    })
    expect(error).toMatchObject({
      code: 'ZK_AUTH_FAILED',
      message: expect.stringContaining(message),
    })
  })

  it('ends with a mechanism that says so', async () => {
    const refuse = () => {
      throw new AuthFailedError(ErrorCode.authFailed, 'no ticket')
    }
    expect(await end(mechanism(refuse))).toMatchObject({ message: 'no ticket' })
    expect(await end(stepping(refuse))).toMatchObject({ message: 'no ticket' })
  })

  it('ends at a ping that is answered with the wish for SASL', async () => {
    await using server = await startScriptedServer({
      onConnect: (connection) => connection.accept({ timeoutMs: 300 }),
      onRequest(connection, { xid }) {
        expect(xid).toBe(SpecialXid.ping)
        connection.reply({ xid, err: ErrorCode.sessionClosedRequireSaslAuth })
      },
    })
    await using zk = new ZooKeeper(server.connectString)
    await zk.connect({ timeoutMs: 5_000 })
    await waitFor('the end', () => zk.state === 'authFailed')
    expect(zk.lastConnectionError).toMatchObject({ code: 'ZK_AUTH_FAILED', serverCode: -124 })
  })

  it.each<[string, SaslMechanism]>([
    ['fails', stepping(() => Promise.reject(new Error('the key server is away')))],
    ['has no answer', stepping(() => ({ isComplete: false }))],
    ['comes to no end', stepping(() => ({ response: Buffer.from('x'), isComplete: false }))],
    ['says nothing', stepping(() => new Promise(() => {}))],
    ['does not begin', mechanism(() => new Promise(() => {}))],
  ])('is tried again on another connection when the mechanism %s', async (_, broken) => {
    const good = echoing()
    let starts = 0
    const said: string[][] = []
    await using server = await startScriptedServer({
      ...listening(said),
      onConnect(connection) {
        said.push([])
        connection.accept({ timeoutMs: 300 })
      },
    })
    await using zk = new ZooKeeper(server.connectString, {
      sasl: { name: 'TEST', start: (to) => (starts++ === 0 ? broken : good).start(to) },
    })
    await zk.connect({ timeoutMs: 5_000 })
    expect(starts).toBe(2)
    expect(said[1]).toEqual(['sasl hello', 'sasl HELLOHELLO'])
    expect(said[0]?.length).toBeLessThan(20)
    expect(zk.lastConnectionError).toBeInstanceOf(Error)
  })

  it('is tried again when the server leaves a token unanswered, although it answers pings', async () => {
    let connections = 0
    await using server = await startScriptedServer({
      onConnect(connection) {
        connections++
        connection.accept({ timeoutMs: 300 })
      },
      onRequest(connection, header, body) {
        if (connections > 1) listening([]).onRequest?.(connection, header, body)
        else if (header.xid === SpecialXid.ping) connection.reply({ xid: header.xid })
      },
    })
    await using zk = new ZooKeeper(server.connectString, { sasl: echoing() })
    await zk.connect({ timeoutMs: 5_000 })
    expect(connections).toBe(2)
  })
})
