import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { runCommands } from '../../../src/engines/haproxy/control/command-socket.ts'
import { adminSocket } from '../../../src/engines/haproxy/render/names.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startHaproxy } from './running-haproxy.ts'

describe.skipIf(missing('haproxy') !== undefined)('what HAProxy remembers', () => {
  test('rates and sessions by address are handed to the worker that follows', async () => {
    await using backends = await startBackends(3)
    const port = await freePort()
    const endpoints = backends.all.map(({ name, port: at }) => endpointOf(name, at))
    const prefix = { path: { type: 'PathPrefix' as const, value: '/rare' } }
    const perHour = { requests: 3, perMs: 3_600_000 }
    const view = (hostname: string) =>
      viewOf({
        listeners: [listenerOf(port)],
        routes: [
          routeOf('shop', {
            id: 'rare',
            ...prefix,
            rateLimit: { ...perHour, key: { type: 'sourceIP' } },
          }),
          routeOf('shop', {
            id: 'keyed',
            path: { type: 'PathPrefix', value: '/keyed' },
            rateLimit: { ...perHour, key: { type: 'header', name: 'x-key' } },
          }),
          routeOf('shop', { id: 'changed', hostname }),
          routeOf('shop'),
        ],
        services: [serviceOf('shop', endpoints, { sessionPersistence: { type: 'SourceIP' } })],
      })
    await using haproxy = await startHaproxy(view('one.test'))
    await waitFor('HAProxy to have given up waiting for a former worker', () =>
      handsOver(haproxy.paths),
    )
    const statuses = async (path: string, count: number, headers = {}) => {
      const found: number[] = []
      for (let n = 0; n < count; n++) found.push((await request(port, { path, headers })).status)
      return found
    }
    expect(await statuses('/rare', 5)).toEqual([200, 200, 200, 429, 429])
    const long = { 'x-key': 'k'.repeat(500) }
    expect(await statuses('/keyed', 4, long)).toEqual([200, 200, 200, 429])
    expect(await statuses('/keyed', 1, { 'x-key': `${'k'.repeat(500)}2` })).toEqual([200])
    expect(await statuses('/keyed', 5)).toEqual([200, 200, 200, 200, 200])
    const before = [...(await whoAnswers(port, 10)).keys()]
    expect(before).toHaveLength(1)

    await haproxy.serve(view('two.test'))
    await waitFor('the tables to be handed over', () => hasTables(haproxy.paths, 3))
    expect(await statuses('/rare', 1)).toEqual([429])
    expect(await statuses('/keyed', 1, long)).toEqual([429])
    expect([...(await whoAnswers(port, 10)).keys()]).toEqual(before)

    const rest = endpoints.filter(({ id }) => id !== before[0])
    const drained = endpoints.map((each) =>
      each.id === before[0] ? { ...each, state: 'draining' as const } : each,
    )
    const pool = (those: typeof endpoints) =>
      serviceOf('shop', those, { sessionPersistence: { type: 'SourceIP' } })
    await haproxy.control.applyEndpoints([pool(drained)])
    expect([...(await whoAnswers(port, 10)).keys()]).toEqual(before)
    await haproxy.control.applyEndpoints([pool(rest)])
    const after = [...(await whoAnswers(port, 10)).keys()]
    expect(after).toHaveLength(1)
    expect(after).not.toEqual(before)
  })

  test('an endpoint that fails requests is out for its time, and never more than may be', async () => {
    const broken = new Set(['a'])
    const servers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        startEchoBackend((_, response) => {
          response.statusCode = broken.has(name) ? 500 : 200
          response.end(name)
        }),
      ),
    )
    const port = await freePort()
    const endpoints = ['a', 'b', 'c'].map((id, index) => endpointOf(id, servers[index]?.port ?? 0))
    const outlierDetection = { consecutive5xx: 3, baseEjectionMs: 2_000, maxEjectionPercent: 50 }
    await using _ = await startHaproxy(
      viewOf({
        listeners: [listenerOf(port)],
        services: [serviceOf('shop', endpoints, { outlierDetection })],
      }),
    )
    const ask = async (count: number) => {
      const found = new Map<string, number>()
      for (let n = 0; n < count; n++) {
        const { body } = await request(port)
        found.set(body, (found.get(body) ?? 0) + 1)
      }
      return found
    }
    expect((await ask(30)).get('a')).toBe(3)
    const ejectedAtMs = Date.now()
    broken.clear()
    await waitFor('a to be back', async () => (await ask(6)).has('a'), { timeoutMs: 20_000 })
    expect(Date.now() - ejectedAtMs).toBeGreaterThan(1_000)

    for (const name of ['a', 'b', 'c']) broken.add(name)
    const all = await ask(60)
    expect([...all.keys()].sort()).toEqual(['a', 'b', 'c'])
    expect((await request(port)).status).toBe(500)
    broken.clear()
    await waitFor('all to be well', async () => (await ask(9)).size === 3, { timeoutMs: 20_000 })
    for (const server of servers) await server[Symbol.asyncDispose]()
  })

  test('the application’s cookie names an endpoint, though its id have dots', async () => {
    await using backends = await startBackends(2)
    const [first = 0, second = 0] = backends.all.map((each) => each.port)
    const port = await freePort()
    await using _ = await startHaproxy(
      viewOf({
        listeners: [listenerOf(port)],
        services: [
          serviceOf('shop', [endpointOf('10.0.0.7-3000', first), endpointOf('node1', second)], {
            sessionPersistence: { type: 'Cookie', sessionName: 'JSESSIONID', mode: 'Application' },
          }),
        ],
      }),
    )
    const answers = async (session: string) => {
      const names = new Set<string>()
      for (let n = 0; n < 6; n++) {
        const { body } = await request(port, { headers: { cookie: `JSESSIONID=${session}` } })
        names.add(body.trim())
      }
      return [...names].sort()
    }
    expect(await answers('0A1B.10.0.0.7-3000')).toEqual(['b0'])
    expect(await answers('0A1B.node1')).toEqual(['b1'])
    expect(await answers('0A.1B.node1')).toEqual(['b1'])
    expect(await answers('0A1B')).toEqual(['b0', 'b1'])
    expect(await answers('0A1B.')).toEqual(['b0', 'b1'])
  })
})

/** Only then it hands over itself: it waits 5 s for one that it might have followed. */
async function handsOver(paths: EnginePaths): Promise<boolean> {
  return /resync_timeout=<PAST>/.test(await runCommands(adminSocket(paths), ['show peers']))
}

/** Whether so many tables have an entry. */
async function hasTables(paths: EnginePaths, count: number): Promise<boolean> {
  const output = await runCommands(adminSocket(paths), ['show table'])
  return [...output.matchAll(/used:[1-9]/g)].length === count
}
