import { Agent } from 'node:http'
import { ANSWERS } from '@zoogate/proxy/request-rules'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { endpointOf } from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHttpd } from './running-httpd.ts'

/** What httpd by itself loses, or answers with an error. */
describe.skipIf(missing('httpd') !== undefined)('httpd loses no request', () => {
  test('where all kept connections bring one at once', async () => {
    const clients = Array.from({ length: 160 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    const held: (() => void)[] = []
    await using backend = await startEchoBackend(({ url }, response) => {
      if (url === '/alone') return void response.end()
      held.push(() => response.end())
      if (held.length === clients.length) for (const answer of held) answer()
    })
    await using shop = await startShop(startHttpd, [endpointOf('b', backend.port)])
    const { port } = shop
    const askAll = (path: string) =>
      Promise.all(clients.map(async (agent) => (await request(port, { agent, path })).status))
    const good = clients.map(() => 200)
    expect(await askAll('/alone')).toEqual(good)
    expect(await askAll('/together')).toEqual(good)
    for (const agent of clients) agent.destroy()
  })

  test('whose member cannot be reached, where the others came live', async () => {
    await using up = await startEndpoints(2)
    const gone = endpointOf('gone', await freePort())
    await using shop = await startShop(startHttpd, [gone])
    await shop.apply([gone, ...up.all])
    for (let count = 0; count < 10; count++) expect((await request(shop.port)).status).toBe(200)
  })

  test.each([true, false])(
    'whose endpoint breaks off, on a kept connection: %s',
    async (keepAlive) => {
      const asked: string[] = []
      await using breaking = await startEchoBackend(({ method, url }, response) => {
        asked.push(`${method} ${url}`)
        if (url === '/first') response.end()
        else response.destroy()
      })
      await using echo = await startEchoBackend()
      const first = endpointOf('breaking', breaking.port)
      await using shop = await startShop(startHttpd, [first])
      const { port } = shop
      const agent = new Agent({ keepAlive, maxSockets: 1 })
      expect((await request(port, { agent, path: '/first' })).status).toBe(200)
      await shop.apply([first, endpointOf('echo', echo.port)])
      const headers = { 'x-more': 'kept', cookie: 'a=b' }
      const answers = new Set<string>()
      for (let count = 0; count < 6; count++) {
        const { status, body } = await request(port, { agent, path: '/a%20b?c=d&', headers })
        expect(status).toBe(200)
        answers.add(body)
      }
      // Some were tried once, some twice: an endpoint is told the same of both.
      expect(answers.size).toBe(1)
      const [body = ''] = answers
      expect(JSON.parse(body)).toMatchObject({ method: 'GET', url: '/a%20b?c=d&', headers })
      expect(asked.length).toBeGreaterThan(2)
      // What may not be sent twice is not.
      asked.length = 0
      const statuses: (number | undefined)[] = []
      for (let count = 0; count < 4; count++) {
        const sent = await request(port, { agent, method: 'POST', path: '/post', body: 'x' }).catch(
          () => undefined,
        )
        statuses.push(sent?.status)
      }
      expect(asked).toEqual(statuses.filter((status) => status !== 200).map(() => 'POST /post'))
      expect(asked.length).toBeGreaterThan(0)
      agent.destroy()
    },
  )

  test('nor asks for ever', async () => {
    const asked: string[] = []
    await using breaking = await startEchoBackend(({ url }, response) => {
      asked.push(url)
      response.destroy()
    })
    await using shop = await startShop(startHttpd, [endpointOf('breaking', breaking.port)])
    const { status, body } = await request(shop.port, { path: '/' })
    expect([status, body]).toEqual([502, ANSWERS.broken])
    expect(asked).toHaveLength(4)
  })

  test('of a client whose session is with an endpoint that breaks off', async () => {
    const asked: string[] = []
    await using breaking = await startEchoBackend(({ url }, response) => {
      asked.push(url)
      response.destroy()
    })
    await using echo = await startEchoBackend()
    const endpoints = [endpointOf('breaking', breaking.port), endpointOf('echo', echo.port)]
    await using shop = await startShop(startHttpd, endpoints, {
      pool: { sessionPersistence: { type: 'Cookie', sessionName: 'SID' } },
    })
    const { status, headers, body } = await request(shop.port, {
      headers: { cookie: 'a=b; SID=breaking; SID2=breaking' },
    })
    expect(status).toBe(200)
    expect(asked).toHaveLength(2)
    expect(headers['set-cookie']).toEqual(['SID=echo; Path=/; HttpOnly'])
    expect(JSON.parse(body).headers.cookie).toBe('a=b; SID2=breaking')
  })
})
