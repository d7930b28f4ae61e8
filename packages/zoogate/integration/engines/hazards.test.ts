import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type EngineNode,
  startEngineNode,
} from '../../../../test/conformance/harness/engine/engine-node.ts'
import { usable, VARIANTS } from '../../../../test/conformance/harness/engine/variants.ts'
import { type Backends, startBackends } from '../../../../test/support/backends.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { request } from '../../../../test/support/http.ts'
import { startLoad } from '../../../../test/support/load.ts'
import { pidsOf } from '../../../../test/support/pids-below.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { Engine } from '../../src/engines/engine.ts'
import type { View } from '../../src/model/view/view.ts'
import { dyingAt, fullAt } from '../../test/agent/reconcile/failing-node.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../test/engines/support/views.ts'

/** What a revision is made to be, past what the agent would let through. */
type Sabotage = 'none' | 'nonsense' | 'taken port'

for (const variant of VARIANTS.filter(({ name }) => name !== 'builtin')) {
  describe.skipIf(!usable(variant))(`what may go wrong with ${variant.name}`, () => {
    let backends: Backends
    let port: number
    let node: EngineNode
    let revision = 0
    let checks = true
    let sabotage: Sabotage = 'none'
    let takenPort = 0

    const engine: Engine = {
      ...variant.engine,
      render(view, context) {
        if (view.revision !== revision || sabotage === 'none') {
          return variant.engine.render(view, context)
        }
        if (sabotage === 'nonsense') return withNonsense(variant.engine.render(view, context))
        const taken = listenerOf(takenPort, { name: 'taken' })
        const listeners = [...view.listeners, taken]
        return variant.engine.render({ ...view, listeners }, context)
      },
      validate: async (folder, paths) => {
        if (checks) await variant.engine.validate(folder, paths)
      },
    }

    /** Two paths, which go to the same backend: whoever is answered by both was served a mix. */
    const view = (answers: string): View =>
      viewOf({
        revision,
        listeners: [listenerOf(port)],
        routes: ['one', 'two'].map((path) =>
          routeOf(answers, {
            id: `${path}.0.0.0`,
            path: { type: 'PathPrefix', value: `/${path}` },
          }),
        ),
        services: backends.all.map((each) => serviceOf(each.name, [endpointOf('a', each.port)])),
      })

    async function serve(answers: string): Promise<void> {
      revision += 1
      const wanted = view(answers)
      await node.serve(revision, () => wanted)
    }

    /** Who answers, on whichever path. */
    async function answering(): Promise<string> {
      const names = new Set<string>()
      for (let count = 0; count < 6; count++) {
        const { body } = await request(port, { path: count % 2 === 0 ? '/one' : '/two' })
        names.add(body.trim())
      }
      return [...names].join(' and ')
    }

    /** A connection for each request: a change that waits until clients leave takes no time. */
    const startTraffic = () =>
      startLoad({ port, connections: 10, requestsPerSecond: 60, keepAlive: false, path: '/one' })

    beforeAll(async () => {
      backends = await startBackends(2)
      port = await freePort()
      node = await startEngineNode(engine)
      await serve('b0')
    })

    beforeEach(() => {
      sabotage = 'none'
      checks = true
    })

    afterAll(async () => {
      await node?.[Symbol.asyncDispose]()
      await backends?.[Symbol.asyncDispose]()
    })

    test('what its checker refuses changes nothing', async () => {
      const traffic = startTraffic()
      sabotage = 'nonsense'
      await expect(serve('b1')).rejects.toThrow(/nonsense/i)
      expect(await answering()).toBe('b0')
      sabotage = 'none'
      await serve('b0')
      const report = await traffic.stop()
      expect(traffic.failed(), JSON.stringify(report)).toBe(0)
    })

    test('what its checker takes and a reload does not: the former serves', async () => {
      sabotage = 'nonsense'
      checks = false
      await expect(serve('b1')).rejects.toThrow(/nonsense/i)
      checks = true
      sabotage = 'none'
      await waitFor('the former to serve', async () => (await answering()) === 'b0')
      await serve('b1')
      expect(await answering()).toBe('b1')
    })

    test('a port that somebody takes between the trial and the reload: the former serves', async () => {
      const other = createServer()
      takenPort = await new Promise<number>((resolve) =>
        other.listen(0, '127.0.0.1', () => {
          const address = other.address()
          resolve(address !== null && typeof address === 'object' ? address.port : 0)
        }),
      )
      sabotage = 'taken port'
      await expect(serve('b0')).rejects.toThrow(/address already in use|cannot bind/i)
      sabotage = 'none'
      await new Promise((resolve) => other.close(resolve))
      await waitFor('the former to serve', async () => (await answering()) === 'b1')
      await serve('b0')
      expect(await answering()).toBe('b0')
    })

    test('an agent that dies before each step of a change: the old or the new serves, and the next completes it', async () => {
      const traffic = startTraffic()
      let steps = 0
      for (let died = true; died; steps += 1) {
        const [before, after] = steps % 2 === 0 ? ['b0', 'b1'] : ['b1', 'b0']
        let hasDied = () => false
        await node.nextAgent((whole) => {
          const mortal = dyingAt(whole, steps)
          hasDied = mortal.died
          return mortal.node
        })
        await serve(after ?? '').catch(() => {})
        died = hasDied()
        expect([before, after], `dead before step ${steps}`).toContain(await answering())
        await node.nextAgent()
        await node.changed()
        expect(await answering(), `dead before step ${steps}`).toBe(after)
      }
      // Journal, generation, check, journal, switch, reload, journal, prune: each was a place to die.
      expect(steps).toBeGreaterThan(8)
      const report = await traffic.stop()
      expect(traffic.failed(), JSON.stringify(report)).toBe(0)
      await serve('b0')
    })

    test('a disk that is full in the middle of a generation: the former serves', async () => {
      const traffic = startTraffic()
      let free = () => {}
      await node.nextAgent((whole) => {
        // The journal, then the generation.
        const full = fullAt(whole, 1)
        free = full.free
        return full.node
      })
      await expect(serve('b1')).rejects.toThrow('no space left on device')
      expect(await answering()).toBe('b0')
      free()
      await serve('b1')
      expect(await answering()).toBe('b1')
      const report = await traffic.stop()
      expect(traffic.failed(), JSON.stringify(report)).toBe(0)
    })

    test('an engine that hangs is told from one that serves, and goes on where it was', async () => {
      const traffic = startTraffic()
      const pids = pidsOf((await node.pid()) ?? 0)
      expect(pids.length).toBeGreaterThan(1)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      const asked = node.control.observe()
      await expect(asked).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
      const changed = serve('b0')
      for (const pid of pids) process.kill(pid, 'SIGCONT')
      await changed
      expect(await answering()).toBe('b0')
      const report = await traffic.stop()
      expect(traffic.failed(), JSON.stringify(report)).toBe(0)
    })

    test('an engine that is killed serves again, with the endpoints that it had', async () => {
      const moved = view('b0')
      const [first] = backends.all
      const pool = serviceOf('b1', [endpointOf('b', first?.port ?? 0)])
      await node.serve(revision, () => ({
        ...moved,
        services: new Map([...moved.services, ['b1', pool]]),
      }))
      const before = await node.pid()
      if (before === undefined) throw new Error('it does not run')
      process.kill(before, 'SIGKILL')
      await waitFor('another to serve', async () => {
        return (await node.pid()) !== before && (await answering()) === 'b0'
      })
      // Where its files had not followed yet, the agent finds the difference.
      await waitFor('its endpoints', async () => {
        const { services } = await node.control.observe()
        return (
          services
            .get('b1')
            ?.map(({ id }) => id)
            .join() === 'b'
        )
      })
    })
  })
}

/** In every file of the engine's own language. */
function withNonsense(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([name, text]) =>
      /\.(conf|cfg)$/.test(name) ? [name, `${text}\nnonsense here;\n`] : [name, text],
    ),
  )
}
