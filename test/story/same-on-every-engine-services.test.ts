import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { encodeRegistration } from '@zoogate/balancer'
import { ZooKeeper } from '@zoogate/zookeeper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { head } from '../scenarios/same-on-every-engine/index.ts'
import { resources, SERVICES, type ServiceName } from '../scenarios/same-routes.ts'
import { type EchoBackend, startEchoBackend, webSocketAccept } from '../support/echo-backend.ts'
import { freePort } from '../support/free-port.ts'
import { headerOf, rawExchange } from '../support/raw-http.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, type Stack, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const INSTANCES = ['one', 'two', 'three'] as const
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')

describe.skipIf(absent !== undefined)('services, the same on every engine', () => {
  const backends = new Map<string, EchoBackend>()
  let stack: Stack
  let zookeeper: ZooKeeper

  beforeAll(async () => {
    stack = await startStack({ engines: ENGINES })
    for (const name of [...SERVICES, ...INSTANCES]) {
      backends.set(name, await startEchoBackend(name))
    }
    const port = (name: string) => backends.get(name)?.port ?? 0
    const services = Object.fromEntries(SERVICES.map((name) => [name, port(name)])) as Record<
      ServiceName,
      number
    >
    const yaml = resources(ENGINES, { services, dead: await freePort() })
    await writeFile(join(stack.folder, 'same.yaml'), yaml)
    await stack.must('apply', 'same.yaml')
    zookeeper = new ZooKeeper(stack.zookeeper)
    await zookeeper.connect()
    for (const service of ['sticky', 'hashed']) {
      for (const name of INSTANCES) {
        const data = encodeRegistration({
          address: '127.0.0.1',
          port: port(name),
          weight: 1,
          state: 'up',
          scheme: 'http',
          metadata: {},
        })
        await zookeeper.create(`/zoogate/services/${service}/${name}`, data, { mode: 'ephemeral' })
      }
    }
    await everywhere('every instance to answer', async (engine) => {
      const found = new Set<string | undefined>()
      for (let i = 0; i < 12; i++) found.add((await sticky(engine)).by)
      return INSTANCES.every((name) => found.has(name)) && (await hashed(engine)).status === 200
    })
  })

  afterAll(async () => {
    await zookeeper?.[Symbol.asyncDispose]()
    for (const backend of backends.values()) await backend[Symbol.asyncDispose]()
    await stack?.[Symbol.asyncDispose]()
  })

  const ask = async (engine: EngineName, request: string) => {
    const response = await rawExchange(stack.port(engine), { parts: [request] })
    return {
      status: response.status,
      by: headerOf(response, 'x-by'),
      setCookie: headerOf(response, 'set-cookie'),
    }
  }
  const sticky = (engine: EngineName, ...headers: string[]) =>
    ask(engine, head('/', { host: 'sticky.test', headers }))
  const hashed = (engine: EngineName) => ask(engine, head('/', { host: 'hashed.test' }))

  async function everywhere(what: string, holds: (engine: EngineName) => Promise<boolean>) {
    await waitFor(what, async () => (await Promise.all(ENGINES.map(holds))).every(Boolean), {
      timeoutMs: 20_000,
      everyMs: 100,
    })
  }

  describe.each(ENGINES)('%s', (engine) => {
    it('gives a client a cookie, the same on every engine, and keeps it there', async () => {
      const { by, setCookie } = await sticky(engine)
      expect(setCookie).toBe(`SID=${by}; Path=/; HttpOnly`)
      for (let i = 0; i < 6; i++) {
        expect(await sticky(engine, `Cookie: a=1; SID=${by}; b=2`)).toEqual({
          status: 200,
          by,
          setCookie: undefined,
        })
      }
    })

    it.each(['nobody', '', '"one"', '127.0.0.1', 'ONE', 'one%00', `${'x'.repeat(2_000)}`])(
      'is not misled by the forged cookie %j',
      async (value) => {
        const { status, by, setCookie } = await sticky(engine, `Cookie: SID=${value}`)
        expect(status).toBe(200)
        expect(setCookie).toBe(`SID=${by}; Path=/; HttpOnly`)
      },
    )

    it('takes a cookie of another name for what it is', async () => {
      const { by, setCookie } = await sticky(engine, 'Cookie: XSID=one; sid=one')
      expect(setCookie).toBe(`SID=${by}; Path=/; HttpOnly`)
    })

    it('sends an address to one endpoint, whatever it asks for', async () => {
      const { by } = await hashed(engine)
      expect(INSTANCES).toContain(by)
      for (let i = 0; i < 10; i++) expect((await hashed(engine)).by).toBe(by)
    })

    it('spreads by the weights of the route, and sends nothing to weight 0', async () => {
      const counts: Record<string, number> = { main: 0, app: 0 }
      for (let i = 0; i < 200; i++) {
        const { by = '' } = await ask(engine, head('/weighted'))
        counts[by] = (counts[by] ?? 0) + 1
      }
      expect(Object.keys(counts).sort()).toEqual(['app', 'main'])
      // 150 of 200 are expected; by pure chance fewer than 110 come once in some 10^10 runs.
      expect(counts['app']).toBeGreaterThan(110)
      expect(counts['app']).toBeLessThan(190)
    })

    it('joins the two ends of a WebSocket', async () => {
      const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
      const key = randomBytes(16).toString('base64')
      const lines = [
        'GET /app HTTP/1.1',
        'Host: exact.test',
        `Sec-WebSocket-Key: ${key}`,
        ...upgrade,
      ]
      const sent = randomBytes(256 * 1024)
      const received = await tunnel(stack.port(engine), `${lines.join('\r\n')}\r\n\r\n`, sent)
      expect(received.head).toMatch(/^HTTP\/1\.1 101 /)
      expect(received.head.toLowerCase()).toMatch(/\r\nupgrade: websocket\r\n/)
      expect(received.head.toLowerCase()).toMatch(/\r\nconnection: upgrade\r\n/)
      expect(received.head).toContain(webSocketAccept(key))
      expect(received.head).toMatch(/x-by: app/i)
      expect(received.echoed.equals(sent)).toBe(true)
    })

    it('asks for a route before it makes a tunnel', async () => {
      const upgrade = [
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ]
      const request = (target: string) =>
        ask(engine, head(target, { headers: upgrade }).replace('close', 'Upgrade, close'))
      expect(await request('/app/../admin')).toMatchObject({ status: 400 })
      expect(await request('/nobody')).toMatchObject({ status: 503 })
    })
  })

  it('drains: sessions stay, nobody new comes; undrained, it takes new ones', async () => {
    await stack.must('drain', 'sticky', 'one')
    await everywhere('nobody new to come to the drained instance', async (engine) => {
      for (let i = 0; i < 12; i++) if ((await sticky(engine)).by === 'one') return false
      return true
    })
    for (const engine of ENGINES) {
      expect(await sticky(engine, 'Cookie: SID=one')).toMatchObject({
        status: 200,
        by: 'one',
        setCookie: undefined,
      })
    }
    await stack.must('undrain', 'sticky', 'one')
    await everywhere('new clients to come again', async (engine) => {
      for (let i = 0; i < 12; i++) if ((await sticky(engine)).by === 'one') return true
      return false
    })
  })

  it('keeps the sessions of an instance of weight 0, and sends it nobody new', async () => {
    await stack.must('weight', 'sticky', 'two', '0')
    await everywhere('nobody new to come to weight 0', async (engine) => {
      for (let i = 0; i < 12; i++) if ((await sticky(engine)).by === 'two') return false
      return true
    })
    for (const engine of ENGINES) {
      expect(await sticky(engine, 'Cookie: SID=two')).toMatchObject({ status: 200, by: 'two' })
    }
  })
})

/** Upgrades, sends the bytes once the answer has come, and reads until as many have come back. */
function tunnel(port: number, request: string, bytes: Buffer) {
  return new Promise<{ head: string; echoed: Buffer }>((resolve, reject) => {
    let received = Buffer.alloc(0)
    let headEnd = -1
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setTimeout(10_000, () => socket.destroy(new Error('silence for 10 s')))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (headEnd < 0) {
        headEnd = received.indexOf('\r\n\r\n')
        if (headEnd >= 0) socket.write(bytes)
      }
      if (headEnd < 0 || received.length < headEnd + 4 + bytes.length) return
      socket.destroy()
      resolve({
        head: received.subarray(0, headEnd + 2).toString('latin1'),
        echoed: received.subarray(headEnd + 4),
      })
    })
    socket.on('close', () =>
      reject(new Error(`closed early: ${received.toString('latin1').slice(0, 300)}`)),
    )
  })
}
