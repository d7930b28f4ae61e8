import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { Engine } from '../../../src/engines/engine.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { NGINX_ENGINES, startNginx } from './running-nginx.ts'

/** nginx with a Service of three backends; endpoint ids that nginx could take for something else. */
async function standOf(engine: Engine, ids: readonly string[] = ['default', 'Twin', 'twin']) {
  const backends = await startBackends(ids.length)
  const port = await freePort()
  const view = (change: Readonly<Record<string, Partial<Endpoint>>>) =>
    viewOf({
      listeners: [listenerOf(port)],
      services: [
        serviceOf(
          'shop',
          ids.map((id, index) => endpointOf(id, backends.all[index]?.port ?? 0, change[id])),
          { sessionPersistence: { type: 'Cookie', sessionName: 'my-SID.1' } },
        ),
      ],
    })
  const nginx = await startNginx(view({}), engine)
  return {
    nginx,
    serve: (change: Readonly<Record<string, Partial<Endpoint>>>) => nginx.serve(view(change)),
    async ask(id?: string) {
      const cookie = id === undefined ? 'other=1' : `a=b; my-SID.1=${id}; c=d`
      const { status, body, headers } = await request(port, { headers: { cookie } })
      const by = ids[Number(body.trim().slice(1))]
      return { status, by, set: headers['set-cookie']?.[0] }
    },
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]()
      await backends[Symbol.asyncDispose]()
    },
  }
}

const setCookie = (id: string | undefined) => `my-SID.1=${id}; Path=/; HttpOnly`

describe.skipIf(missing('nginx') !== undefined).each(NGINX_ENGINES)(
  'cookie persistence $name',
  ({ engine }) => {
    const stand = (ids?: readonly string[]) => standOf(engine, ids)

    test('a cookie leads to its endpoint, and is not set again; letter case counts', async () => {
      await using shop = await stand()
      for (const id of ['default', 'Twin', 'twin', 'Twin', 'default']) {
        expect(await shop.ask(id)).toEqual({ status: 200, by: id, set: undefined })
      }
    })

    test('without a cookie, or with one of nobody, the answer names who answered', async () => {
      await using shop = await stand()
      const answers = [
        await shop.ask(),
        await shop.ask('nobody'),
        await shop.ask(''),
        await shop.ask('TWIN'),
      ]
      for (const { status, by, set } of answers) {
        expect([status, set]).toEqual([200, setCookie(by)])
      }
      expect(new Set(answers.map(({ by }) => by)).size).toBeGreaterThan(1)
    })

    test('draining and weight 0: sessions stay, and nobody new comes; down: they move', async () => {
      await using shop = await stand()
      await shop.serve({ default: { state: 'draining' }, twin: { weight: 0 } })
      expect(await shop.ask('default')).toEqual({ status: 200, by: 'default', set: undefined })
      expect(await shop.ask('twin')).toEqual({ status: 200, by: 'twin', set: undefined })
      for (let count = 0; count < 6; count++) expect((await shop.ask()).by).toBe('Twin')

      await shop.serve({ default: { state: 'down' } })
      const moved = await shop.ask('default')
      expect(moved.by).not.toBe('default')
      expect(moved.set).toBe(setCookie(moved.by))
    })

    test('only draining endpoints left: sessions go on, others get 503', async () => {
      await using shop = await stand(['a'])
      await shop.serve({ a: { state: 'draining' } })
      expect(await shop.ask('a')).toEqual({ status: 200, by: 'a', set: undefined })
      expect((await shop.ask()).status).toBe(503)
      await shop.serve({ a: { state: 'down' } })
      expect((await shop.ask('a')).status).toBe(503)
    })

    test('where the endpoint is dead another takes over, and the cookie is rewritten', async () => {
      await using shop = await stand(['a', 'b', 'gone'])
      await shop.serve({ gone: { port: await freePort() } })
      const taken = await shop.ask('gone')
      expect(taken.status).toBe(200)
      expect(taken.set).toBe(setCookie(taken.by))
      expect(taken.by).not.toBe('gone')
    })
  },
)
