import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { startLoad } from '../../../../test/support/load.ts'
import { startProgram } from '../../../../test/support/program.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { isRunning, processIdentity } from '../../src/supervisor/process-identity.ts'
import { supervisorCommand } from '../../src/supervisor/supervisor-command.ts'
import { listener, poolOf, startBackend, startBuiltinNode, viewOf } from './builtin-node.ts'

const LOAD = { connections: 50, requestsPerSecond: 1_000, keepAlive: true } as const

describe('the builtin engine under its supervisor', () => {
  it('serves, takes endpoints live, and comes up with the latest ones by itself', async () => {
    await using a = await startBackend('a')
    await using b = await startBackend('b')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const ask = async () => (await fetch(`http://127.0.0.1:${node.port}/`)).text()
    expect(await ask()).toBe('a')
    await node.setEndpoints(poolOf([b.endpoint]))
    expect(await ask()).toBe('b')
    const { services, generation } = await node.control.observe()
    expect(generation).toBe('1')
    expect(services.get('shop')).toEqual([{ ...b.endpoint, health: 'unknown' }])
    const before = await node.process.status()
    process.kill(before.pid ?? 0, 'SIGKILL')
    // The request waits in the backlog until the next worker is there.
    await waitFor('a request to be answered', () => ask().catch(() => undefined))
    expect(await ask()).toBe('b')
    const after = await node.process.status()
    expect(after.startId).not.toBe(before.startId)
    expect([after.running, after.restarts, after.lastExit]).toEqual([true, 1, 'SIGKILL'])
  })

  it('loses only what is in flight when the worker is killed under load', async () => {
    await using a = await startBackend('a')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const load = startLoad({ port: node.port, ...LOAD })
    await waitFor('some load', () => load.report.ok > 500)
    const pid = await node.enginePid()
    process.kill(pid, 'SIGKILL')
    await waitFor(
      'another worker',
      async () => {
        const status = await node.process.status()
        return status.running && status.pid !== pid
      },
      { timeoutMs: 30_000 },
    )
    const answered = load.report.ok
    await waitFor('load on it', () => load.report.ok > answered + 500)
    const report = await load.stop()
    // New connections wait in the backlog: none is refused, none is answered by nobody.
    expect(report.connectErrors).toEqual({})
    expect(report.freshFailures).toEqual({})
    expect(report.timeouts).toBe(0)
    expect(load.failed()).toBeLessThanOrEqual(LOAD.connections)
  })

  it('serves on without a failure when the supervisor is killed, and gets a new one', async () => {
    await using a = await startBackend('a')
    await using b = await startBackend('b')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const load = startLoad({ port: node.port, ...LOAD })
    await waitFor('some load', () => load.report.ok > 200)
    const before = await node.process.status()
    for (let round = 0; round < 2; round++) {
      const supervisor = await node.supervisorPid()
      process.kill(supervisor, 'SIGKILL')
      await waitFor(
        'another supervisor',
        async () => {
          const pid = await node.supervisorPid()
          return pid !== supervisor && processIdentity(pid) !== undefined
        },
        { timeoutMs: 30_000 },
      )
      // The same worker, through the new supervisor.
      expect((await node.process.status()).startId).toBe(before.startId)
      await node.setEndpoints(poolOf([round === 0 ? b.endpoint : a.endpoint]))
    }
    // The sockets were handed over: a new worker gets them.
    process.kill(before.pid ?? 0, 'SIGKILL')
    await waitFor(
      'another worker',
      async () => {
        const status = await node.process.status()
        return status.running && status.startId !== before.startId
      },
      { timeoutMs: 30_000 },
    )
    const answered = load.report.ok
    await waitFor('load on it', () => load.report.ok > answered + 200)
    const report = await load.stop()
    expect(report.connectErrors).toEqual({})
    expect(report.freshFailures).toEqual({})
    expect(load.failed()).toBeLessThanOrEqual(LOAD.connections)
  })

  it('adds and removes a listener under load on another without a failure', async () => {
    await using a = await startBackend('a')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const other = await freePort()
    const load = startLoad({ port: node.port, ...LOAD })
    const pid = await node.enginePid()
    const both = [listener('http', node.port), listener('more', other)]
    for (let round = 0; round < 5; round++) {
      await node.reload(viewOf(both, poolOf([a.endpoint])))
      expect(await (await fetch(`http://127.0.0.1:${other}/`)).text()).toBe('a')
      await node.reload(viewOf([listener('renamed', node.port)], poolOf([a.endpoint])))
      await expect(fetch(`http://127.0.0.1:${other}/`)).rejects.toThrow()
    }
    await load.stop()
    expect(load.failed()).toBe(0)
    expect(await node.enginePid()).toBe(pid)
    expect((await node.control.observe()).generation).toBe('11')
  })

  it('refuses a listener that somebody else has, and changes nothing', async () => {
    await using a = await startBackend('a')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const free = await freePort()
    const wanted = [listener('free', free), listener('taken', port), listener('http', node.port)]
    await expect(node.reload(viewOf(wanted, poolOf([])))).rejects.toMatchObject({
      code: 'ENGINE_RELOAD_FAILED',
      message: expect.stringContaining(`listener taken: cannot listen on 127.0.0.1 port ${port}`),
    })
    expect((await node.control.observe()).generation).toBe('1')
    expect(await (await fetch(`http://127.0.0.1:${node.port}/`)).text()).toBe('a')
    await expect(fetch(`http://127.0.0.1:${free}/`)).rejects.toThrow()
    taken.close()
  })

  it('takes 100 additions, drains and removals under load without a failure', async () => {
    await using a = await startBackend('a')
    await using b = await startBackend('b')
    await using c = await startBackend('c')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const load = startLoad({ port: node.port, ...LOAD })
    for (let round = 0; round < 100; round++) {
      const coming = round % 2 === 0 ? b : c
      await node.setEndpoints(poolOf([a.endpoint, coming.endpoint]))
      await node.setEndpoints(poolOf([a.endpoint, { ...coming.endpoint, state: 'draining' }]))
      await node.setEndpoints(poolOf([a.endpoint]))
    }
    await load.stop()
    expect(load.report.ok).toBeGreaterThan(500)
    expect(load.failed()).toBe(0)
  })

  it('refuses a second supervisor, and leaves nothing behind at SIGTERM', async () => {
    await using a = await startBackend('a')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    const [command = '', ...args] = supervisorCommand(node.paths.folder)
    const second = await startProgram(command, args)
    expect(await second.exited).toBe(3)
    expect(second.output()).toMatch(/process \d+ holds/)
    const engine = processIdentity(await node.enginePid())
    const supervisor = processIdentity(await node.supervisorPid())
    if (engine === undefined || supervisor === undefined) throw new Error('nothing runs')
    process.kill(supervisor.pid, 'SIGTERM')
    await waitFor('the supervisor to end', () => !isRunning(supervisor))
    expect(isRunning(engine)).toBe(false)
  })

  it('does not start on a broken generation and says why', async () => {
    await using a = await startBackend('a')
    await using node = await startBuiltinNode((port) =>
      viewOf([listener('http', port)], poolOf([a.endpoint])),
    )
    await node.process.stop()
    const file = join(node.paths.current, 'proxy.json')
    await writeFile(file, '{"v":1}')
    await expect(node.process.start()).rejects.toMatchObject({
      code: 'SUPERVISOR_ENGINE_FAILED',
      message: expect.stringContaining('proxy.json'),
    })
    await node.write(viewOf([listener('http', node.port)], poolOf([a.endpoint])))
    await waitFor('it to start by itself', async () => (await node.process.status()).running, {
      timeoutMs: 30_000,
    })
    expect(await (await fetch(`http://127.0.0.1:${node.port}/`)).text()).toBe('a')
  })
})
