import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { nginx as engine } from '../../../src/engines/nginx/index.ts'
import { nginxFiles } from '../../../src/engines/nginx/render/files.ts'
import { endpointOf, listenerOf, viewOf } from '../../../test/engines/support/views.ts'
import { oneService } from '../shop.ts'
import { startNginx } from './running-nginx.ts'

describe.skipIf(missing('nginx') !== undefined)('reload', () => {
  test('without the drain flag requests fail: the flag is what saves them', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const load = startLoad({ port, connections: 50, requestsPerSecond: 2_000, keepAlive: true })
    await waitFor('the load to run', () => load.report.ok > 1_000)
    await waitFor(
      'a request to fail',
      async () => {
        nginx.program.kill('SIGHUP')
        const answered = load.report.ok
        await waitFor('the next connections to be kept', () => load.report.ok > answered + 800)
        return load.failed() > 0
      },
      { timeoutMs: 60_000 },
    )
    const report = await load.stop()
    const reused = Object.values(report.reusedFailures).reduce((a, b) => a + b, 0)
    expect(load.failed(), JSON.stringify(report)).toBe(reused)
  })

  test('the link is followed, the files that the configuration includes too', async () => {
    await using backends = await startBackends(2)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b0', 4]]))
    const generation = await nginx.serve(oneService(port, backends.all[1]?.port ?? 0))
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b1', 4]]))
    const observed = await nginx.control.observe()
    expect(observed.generation).toBe(generation)
    expect(observed.services.get('shop')).toEqual([
      { ...endpointOf('a', backends.all[1]?.port ?? 0), health: 'unknown' },
    ])
  })

  test('a flag without a reload comes down: by itself, and when the next agent comes', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    const flag = nginxFiles(nginx.paths).drainFlag
    await nginx.control.prepareReload?.()
    await waitFor('the flag to come down', () => !existsSync(flag))

    await writeFile(flag, '')
    const next = nginx.newControl()
    await next.observe()
    expect(existsSync(flag)).toBe(false)
    await next.close()
  })

  test('reloads one after the other, without a pause', async () => {
    await using backends = await startBackends(2)
    const port = await freePort()
    const views = backends.all.map((backend) => oneService(port, backend.port))
    await using nginx = await startNginx(views[0] ?? viewOf())
    const load = startLoad({ port, connections: 20, requestsPerSecond: 500, keepAlive: true })
    for (let count = 0; count < 4; count++) await nginx.serve(views[count % 2] ?? viewOf())
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b1', 4]]))
    await load.stop()
    expect(load.failed()).toBe(0)
    expect(existsSync(nginxFiles(nginx.paths).drainFlag)).toBe(false)
  })

  test('a configuration that nginx refuses: its words are told, the old one serves', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    const before = await nginx.control.observe()
    await nginx.switchTo(new Map([['nginx.conf', 'events { }\nhttp { no_such_thing on; }\n']]))
    await expect(nginx.control.reload('99')).rejects.toMatchObject({
      code: 'ENGINE_RELOAD_FAILED',
      message: expect.stringContaining('unknown directive "no_such_thing"'),
    })
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b0', 4]]))
    expect((await nginx.control.observe()).generation).toBe(before.generation)
    expect(existsSync(nginxFiles(nginx.paths).drainFlag)).toBe(false)
  })

  test('a port that is taken: the checker cannot know, the reload says it, the old one serves', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const takenPort = typeof address === 'object' ? (address?.port ?? 0) : 0
    const load = startLoad({ port, connections: 10, requestsPerSecond: 200, keepAlive: true })
    try {
      const second = listenerOf(takenPort, { name: 'second' })
      await expect(
        nginx.serve({ ...view, listeners: [...view.listeners, second] }),
      ).rejects.toMatchObject({
        code: 'ENGINE_RELOAD_FAILED',
        message: expect.stringContaining(`bind() to 127.0.0.1:${takenPort} failed`),
      })
      expect(await whoAnswers(port, 4)).toEqual(new Map([['b0', 4]]))
    } finally {
      taken.close()
    }
    await load.stop()
    expect(load.failed()).toBe(0)
    // Nothing is stuck: the next one is taken.
    await nginx.serve(view)
  })

  test('nginx that is not there', async () => {
    await using backends = await startBackends(1)
    const nginx = await startNginx(oneService(await freePort(), backends.all[0]?.port ?? 0))
    try {
      await nginx.program.stop()
      await expect(nginx.control.reload('2')).rejects.toMatchObject({
        code: 'ENGINE_RELOAD_FAILED',
      })
      await expect(nginx.control.observe()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
    } finally {
      await nginx[Symbol.asyncDispose]()
    }
  })

  test('nginx whose master was killed starts again, and its old workers go', async () => {
    await using backends = await startBackends(2)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    nginx.program.kill('SIGKILL')
    await nginx.program.exited
    // The workers go on without it, so nothing is lost meanwhile.
    expect(await whoAnswers(port, 4)).toEqual(new Map([['b0', 4]]))
    await nginx.start()
    await nginx.serve(oneService(port, backends.all[1]?.port ?? 0))
    expect(await whoAnswers(port, 8)).toEqual(new Map([['b1', 8]]))
  })

  test('a reload that comes while nginx is starting waits until it can take one', async () => {
    await using backends = await startBackends(2)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    const generation = nginx.nextGeneration()
    const view = oneService(port, backends.all[1]?.port ?? 0)
    nginx.program.kill('SIGKILL')
    await nginx.program.exited
    await nginx.switchTo(engine.render(view, { paths: nginx.paths, generation }))
    await nginx.begin()
    await nginx.control.reload(generation)
    expect(nginx.program.running).toBe(true)
    expect(await whoAnswers(port, 8)).toEqual(new Map([['b1', 8]]))
  })

  test('an nginx that died without removing its socket starts again', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    const { controlSocket } = nginxFiles(nginx.paths)
    await nginx.program.stop()
    const stale = createServer()
    await new Promise<void>((resolve) => stale.listen(controlSocket, resolve))
    await nginx.start()
    expect((await nginx.control.observe()).generation).toBe('1')
    stale.close()
  })
})

describe.skipIf(missing('nginx') !== undefined)('validate', () => {
  test('says what is wrong and where, and touches nothing of the running engine', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    await using nginx = await startNginx(oneService(port, backends.all[0]?.port ?? 0))
    const folder = join(nginx.paths.folder, 'generations', '77')
    await nginx.write(
      '77',
      new Map([['nginx.conf', 'events { }\nhttp { server { listen x:y; } }\n']]),
    )
    await expect(engine.validate(folder, nginx.paths)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: 'invalid port in "x:y" of the "listen" directive in nginx.conf:2',
    })
    await engine.validate(nginx.folderOf('1'), nginx.paths)
    expect((await nginx.control.observe()).generation).toBe('1')
    nginx.program.kill('SIGHUP')
    await wait(0)
    expect((await request(port)).status).toBe(200)
  })

  test('detect', async () => {
    expect(await engine.detect()).toMatchObject({
      installed: true,
      version: expect.stringMatching(/^1\./),
    })
  })
})
