import { Agent, createServer, get } from 'node:http'
import { ZooKeeper } from '@zoogate/zookeeper'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ApacheZooKeeper,
  startApacheZooKeeper,
} from '../../../test/support/apache-zookeeper.ts'
import { missing } from '../../../test/support/requirements.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { parseRegistration, registerService } from '../src/index.ts'

function ask(port: number, agent: Agent): Promise<{ status: number; connection: string }> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent }, (response) => {
      const { statusCode, headers } = response
      response
        .resume()
        .on('end', () => resolve({ status: statusCode ?? 0, connection: headers.connection ?? '' }))
    }).on('error', reject)
  })
}

describe.skipIf(missing('zookeeper') !== undefined)('registerService on Apache ZooKeeper', () => {
  let zookeeper: ApacheZooKeeper
  let observer: ZooKeeper

  beforeAll(async () => {
    zookeeper = await startApacheZooKeeper()
    observer = new ZooKeeper(zookeeper.connectString)
    await observer.connect()
  })
  afterAll(async () => {
    await observer.close()
    await zookeeper[Symbol.asyncDispose]()
  })

  it('registers where the server listens, and drains without losing a request', async () => {
    const server = createServer((_, response) => response.end('ok'))
    server.listen(0)
    const service = await registerService(server, {
      service: 'node-app',
      zookeeper: zookeeper.connectString,
      metadata: { version: '1.2' },
      drainMs: 400,
    })
    const { path } = service.registration
    const registered = async () =>
      parseRegistration(service.id, (await observer.getData(path)).data)
    expect(service.address).toBe('127.0.0.1')
    expect(await registered()).toMatchObject({
      registration: { address: '127.0.0.1', port: service.port, metadata: { version: '1.2' } },
    })

    const agent = new Agent({ keepAlive: true })
    expect(await ask(service.port, agent)).toEqual({ status: 200, connection: 'keep-alive' })
    const closed = service.close()
    await waitFor('`draining` to be registered', async () => {
      const parsed = await registered()
      return 'registration' in parsed && parsed.registration.state === 'draining'
    })
    // It goes on serving, and sends its clients away politely.
    expect(await ask(service.port, agent)).toEqual({ status: 200, connection: 'close' })
    await closed
    expect(await observer.exists(path)).toBeUndefined()
    expect((await ask(service.port, agent)).status).toBe(200)
    agent.destroy()
    server.close()
  })

  it('refuses a server that load balancers cannot reach', async () => {
    const server = createServer()
    server.listen('\0zoogate-test-abstract')
    await expect(
      registerService(server, { service: 's', zookeeper: zookeeper.connectString }),
    ).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    server.close()
  })
})
