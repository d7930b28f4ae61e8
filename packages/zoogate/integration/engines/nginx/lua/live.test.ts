import { statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../../test/support/backends.ts'
import { request, whoAnswers } from '../../../../../../test/support/http.ts'
import { startLoad } from '../../../../../../test/support/load.ts'
import { pidsBelow } from '../../../../../../test/support/pids-below.ts'
import { missing } from '../../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../../test/support/wait-for.ts'
import {
  askControl,
  type ControlRequest,
} from '../../../../src/engines/nginx/control/control-client.ts'
import { nginxWithLua } from '../../../../src/engines/nginx/index.ts'
import { nginxFiles } from '../../../../src/engines/nginx/render/files.ts'
import type { Endpoint, ServicePool, View } from '../../../../src/model/view/view.ts'
import { endpointOf } from '../../../../test/engines/support/views.ts'
import { startEchoBackend } from '../../echo-backend.ts'
import { startEndpoints, startShop } from '../../shop.ts'
import { type RunningNginx, startNginx } from '../running-nginx.ts'

const engine = nginxWithLua()

const start = (view: View) => startNginx(view, engine)

function workersOf({ paths, program }: RunningNginx): readonly number[] {
  return pidsBelow(paths.folder).filter((pid) => pid !== program.pid)
}

describe.skipIf(missing('nginx-lua') !== undefined)('endpoints without a reload', () => {
  test('a hundred changes, two reloads and an endpoint’s death under load lose nothing', async () => {
    await using backends = await startBackends(5)
    await using mortal = await startBackends(1, 'mortal')
    const all = [...backends.all, ...mortal.all].map((each) => endpointOf(each.name, each.port))
    await using shop = await startShop(start, all)
    const load = startLoad({
      port: shop.port,
      connections: 50,
      requestsPerSecond: 500,
      keepAlive: true,
    })
    await waitFor('the load to run', () => load.report.ok > 500)
    let wanted: readonly Endpoint[] = all
    for (let change = 0; change < 100; change++) {
      const state = (['up', 'draining', 'down'] as const)[change % 3] ?? 'up'
      wanted = all.flatMap((endpoint, index): readonly Endpoint[] => {
        if (index === change % 5) return change % 2 === 0 ? [] : [{ ...endpoint, state }]
        return [{ ...endpoint, weight: 1 + ((change + index) % 7) }]
      })
      if (change % 40 === 20) await shop.serve(wanted)
      else await shop.apply(wanted)
      if (change === 50) await mortal[Symbol.asyncDispose]()
      expect(await shop.observed()).toEqual(wanted)
    }
    const report = await load.stop()
    expect(load.failed(), JSON.stringify(report)).toBe(0)
    expect(Object.keys(report.bodies).length).toBe(6)
  })

  test('a reload that nobody asked for leaves the table as it is', async () => {
    await using endpoints = await startEndpoints(2)
    const [a, b] = endpoints.all
    await using shop = await startShop(start, [a, b])
    const { engine: nginx, port } = shop
    await shop.apply([b])
    const before = new Set(workersOf(nginx))
    nginx.program.kill('SIGHUP')
    await waitFor('new workers', () => workersOf(nginx).some((pid) => !before.has(pid)))
    await waitFor('the old ones to go', () => workersOf(nginx).every((pid) => !before.has(pid)))
    expect(await shop.observed()).toEqual([b])
    expect(await whoAnswers(port, 10)).toEqual(new Map([['b1', 10]]))
  })

  test('an nginx that is killed starts again with the endpoints of its files', async () => {
    await using endpoints = await startEndpoints(2)
    const [a, b] = endpoints.all
    await using shop = await startShop(start, [a, b])
    const { engine: nginx, port } = shop
    const { generation } = await nginx.control.observe()
    const later = shop.view([b])
    const files = engine.renderService?.(later, 'shop', { paths: nginx.paths, generation })
    expect([...(files?.keys() ?? [])]).toEqual(['balancer/endpoints/shop'])
    await shop.apply([b])
    for (const [name, text] of files ?? []) {
      await writeFile(join(nginx.folderOf(generation), name), text)
    }
    // The master first: it would start others in the workers' place, and those would keep the port.
    const workers = workersOf(nginx)
    nginx.program.kill('SIGKILL')
    await nginx.program.exited
    for (const pid of workers) process.kill(pid, 'SIGKILL')
    await nginx.start()
    expect(await shop.observed()).toEqual([b])
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b1', 4]]))
  })

  test('what a killed worker had in flight does not count for ever', async () => {
    const held: (() => void)[] = []
    await using backend = await startEchoBackend((_, response) =>
      held.push(() => response.end('ok')),
    )
    await using shop = await startShop(start, [endpointOf('a', backend.port)], {
      pool: { connections: { connectTimeoutMs: 1_000, max: 1 } },
    })
    const { engine: nginx, port } = shop
    const lost = request(port).catch(() => undefined)
    await waitFor('it to be asked', () => held.length === 1)
    expect((await request(port)).status).toBe(503)
    for (const pid of workersOf(nginx)) process.kill(pid, 'SIGKILL')
    await lost
    let status = 0
    const next = waitFor('a new worker to take a request', async () => {
      status = await request(port).then(
        (answer) => answer.status,
        () => 0,
      )
      return status === 200
    })
    await waitFor('it to be asked again', () => held.length === 2)
    held[1]?.()
    await next
  })

  test('the control socket takes nothing that it does not understand, and nobody else may write', async () => {
    const all = [endpointOf('a', 1), endpointOf('b', 2)]
    await using shop = await startShop(start, all)
    const { engine: nginx } = shop
    const { controlSocket } = nginxFiles(nginx.paths)
    expect(statSync(dirname(controlSocket)).mode & 0o777).toBe(0o700)
    const ask = (what: ControlRequest) => askControl(controlSocket, what)
    const path = '/endpoints/shop'
    const row = 'a 127.0.0.1 1 1 up\n'
    const bad = [
      'a 127.0.0.1 0 1 up\n',
      'a 127.0.0.1 1 257 up\n',
      'a 127.0.0.1 1 1 gone\n',
      '-a 127.0.0.1 1 1 up\n',
      'a example.com 1 1 up\n',
      `${'x'.repeat(129)} 127.0.0.1 1 1 up\n`,
      'a 127.0.0.1 1 1 up; b\n',
      row + row,
    ]
    for (const body of bad) {
      expect(await ask({ path, method: 'PUT', body })).toMatchObject({ status: 400 })
    }
    const [tag = ''] = (await ask({ path })).text.split('\n')
    const changes = [`${tag}\n-nobody\n`, `${tag}\n*${row}`, `${tag}\n+hello\n`]
    for (const body of changes) {
      expect(await ask({ path, method: 'PATCH', body })).toMatchObject({ status: 400 })
    }
    const stale = `${tag.replace(/\d+$/, '99')}\n+${row}`
    expect(await ask({ path, method: 'PATCH', body: stale })).toMatchObject({ status: 409 })
    expect(await ask({ path: '/endpoints/other', method: 'PUT', body: row })).toMatchObject({
      status: 404,
    })
    expect(await shop.observed()).toEqual(all)
    // Another agent wrote meanwhile: what is sent is the whole, then.
    await shop.apply(all.slice(0, 1))
    expect(await ask({ path, method: 'PUT', body: 'c 127.0.0.1 3 1 up\n' })).toMatchObject({
      status: 200,
    })
    await shop.apply(all)
    expect(await shop.observed()).toEqual(all)
  })

  test('nothing of it is an error in the log', async () => {
    await using endpoints = await startEndpoints(2)
    const [a, b] = endpoints.all
    const pool: Partial<ServicePool> = {
      algorithm: 'leastRequest',
      slowStartMs: 1_000,
      outlierDetection: { consecutive5xx: 3, baseEjectionMs: 1_000, maxEjectionPercent: 50 },
      sessionPersistence: { type: 'Cookie', sessionName: 'SID' },
      connections: { connectTimeoutMs: 1_000, max: 10 },
    }
    await using shop = await startShop(start, [b], { pool })
    const { engine: nginx, port } = shop
    await shop.apply([a, b])
    await shop.apply([b])
    await whoAnswers(port, 10)
    await shop.apply([])
    expect((await request(port)).status).toBe(503)
    const log = await readFile(nginxFiles(nginx.paths).errorLog, 'utf8')
    const lines = log.split('\n').filter((line) => line !== '' && !/no live upstreams/.test(line))
    expect(lines.filter((line) => !/\[notice\]/.test(line))).toEqual([])
  })
})
