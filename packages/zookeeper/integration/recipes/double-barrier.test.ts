import { expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { DoubleBarrier, type ZooKeeper, ZooKeeperError } from '../../src/index.ts'
import { onEachServer, type Stage } from '../support/on-each-server.ts'

async function clientsOf(stage: Stage, count: number): Promise<ZooKeeper[]> {
  return Promise.all(Array.from({ length: count }, () => stage.client()))
}

async function closeAll(clients: readonly ZooKeeper[]): Promise<void> {
  await Promise.all(clients.map((zk) => zk.close()))
}

onEachServer((stage) => {
  it('begins and ends every round together, again and again', async () => {
    const clients = await clientsOf(stage, 3)
    const path = `${stage.path()}/deep/barrier`
    const inside = [0, 0, 0, 0]
    const done = [0, 0, 0, 0]
    const work = async (zk: ZooKeeper) => {
      const barrier = new DoubleBarrier(zk, path, 3)
      for (let round = 0; round < 4; round++) {
        inside[round] = (inside[round] ?? 0) + 1
        await barrier.enter()
        expect(barrier.participating).toBe(true)
        expect(inside[round]).toBe(3)
        done[round] = (done[round] ?? 0) + 1
        await barrier.leave()
        expect(barrier.participating).toBe(false)
        expect(done[round]).toBe(3)
      }
    }
    await Promise.all(clients.map(work))
    await closeAll(clients)
  })

  it('lets in who comes late, and makes all wait for it at the end', async () => {
    await using one = await stage.client()
    await using two = await stage.client()
    const path = stage.path()
    const early = new DoubleBarrier(one, path, 1)
    const late = new DoubleBarrier(two, path, 1)
    await early.enter()
    await expect(early.enter()).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    await late.enter()
    await expect(early.leave({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await late.leave()
    expect(await one.getChildren(path)).toEqual([])
  })

  it.each([11, 22])('agrees with all on who got through, with seed %i', async (seed) => {
    const random = seededRandom(seed)
    const clients = await clientsOf(stage, 5)
    for (let round = 0; round < 6; round++) {
      const path = stage.path()
      const barriers = clients.map((zk) => new DoubleBarrier(zk, path, 3))
      const entered = await Promise.all(
        barriers.map(async (barrier) => {
          try {
            await barrier.enter({ timeoutMs: Math.ceil(random() * 30) })
            return barrier
          } catch (error) {
            expect(error).toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: false })
            return undefined
          }
        }),
      )
      const inside = entered.filter((barrier) => barrier !== undefined)
      expect(inside.length === 0 || inside.length >= 3, `${inside.length} got through`).toBe(true)
      await Promise.all(inside.map((barrier) => barrier.leave()))
    }
    await closeAll(clients)
  })

  it('does not pass through the round that members who died have left open', async () => {
    const path = stage.path()
    const dying = await stage.client()
    await new DoubleBarrier(dying, path, 1).enter()
    await dying.close()
    const [one, two] = await Promise.all([stage.client(), stage.client()])
    const first = new DoubleBarrier(one, path, 2)
    await expect(first.enter({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    const second = new DoubleBarrier(two, path, 2)
    await Promise.all([first.enter(), second.enter()])
    // Who dies inside keeps nobody from leaving.
    await one.close()
    await second.leave()
    await two.close()
  })

  it('enters anew when its session is lost while it waits, and is waited for no more when it is lost inside', async () => {
    await using proxy = await startTcpProxy(stage.server)
    const { connectString } = proxy
    await using away = await stage.client({ connectString, sessionTimeoutMs: 1_000 })
    await using here = await stage.client()
    const path = stage.path()
    const lost = new DoubleBarrier(away, path, 2)
    const entering = lost.enter()
    const membersOf = () => here.getChildren(`${path}/members`).catch(() => [])
    await waitFor('the member', async () => (await membersOf()).length === 1)
    proxy.setMode('refuse')
    await waitFor('its end', async () => (await membersOf()).length === 0)
    const other = new DoubleBarrier(here, path, 2)
    await expect(other.enter({ timeoutMs: 100 })).rejects.toBeInstanceOf(ZooKeeperError)
    proxy.setMode('forward')
    await Promise.all([entering, other.enter()])
    proxy.setMode('refuse')
    await other.leave()
    proxy.setMode('forward')
    await lost.leave()
    expect(lost.participating).toBe(false)
  })

  it('says so when nobody can know whether it got through', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const path = stage.path()
    const barrier = new DoubleBarrier(zk, path, 2)
    const controller = new AbortController()
    const entering = barrier.enter({ signal: controller.signal })
    const members = () => other.getChildren(`${path}/members`).catch(() => [])
    await waitFor('the member', async () => (await members()).length === 1)
    proxy.setMode('refuse')
    await waitFor('the loss', () => zk.state === 'suspended')
    controller.abort()
    await expect(entering).rejects.toMatchObject({ code: 'ZK_ABORTED', mayHaveHappened: true })
    proxy.setMode('forward')
    await waitFor('it to be taken back', async () => (await members()).length === 0)
  })
})
