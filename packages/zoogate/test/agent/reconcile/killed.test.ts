import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { lettingGo } from '../../../src/agent/reconcile/letting-go.ts'
import { dyingAt, fullAt, Killed } from './failing-node.ts'
import { Bench, nodeOf } from './node.ts'

async function scene(
  steps: number,
  change: (bench: Bench) => Promise<void>,
): Promise<{ died: boolean; atDeath: string; after: string; reloadsAfter: number }> {
  await using folder = await temporaryFolder()
  const first = await Bench.open(folder.path)
  await first.aim(1, { path: '/old', endpoints: 'a' })
  await first.close()
  const { fake } = first
  const mortal = dyingAt(nodeOf(fake), steps)
  const second = new Bench(fake, mortal.node)
  try {
    await second.reconciler.start()
    second.views.set(1, { path: '/old', endpoints: 'a' })
    await change(second)
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  await second.close().catch(() => {})
  const atDeath = second.serves
  const reloadsBefore = fake.reloads
  const after = new Bench(fake)
  await after.reconciler.start()
  after.views = second.views
  after.target = second.target
  await after.settle()
  await after.close()
  expect(await after.node.generations.currentId()).toBe(fake.generation)
  expect(after.node.journal.entry).toMatchObject({ good: fake.generation })
  expect(after.node.journal.entry.change).toBeUndefined()
  const reloadsAfter = fake.reloads - reloadsBefore
  return { died: mortal.died(), atDeath, after: after.serves, reloadsAfter }
}

describe('an agent that is killed in the middle of a change (F9)', () => {
  it('leaves the old or the new to serve at every step, and the next one completes it', async () => {
    let steps = 0
    for (let died = true; died; steps += 1) {
      const result = await scene(steps, (bench) => bench.aim(2, { path: '/new', endpoints: 'a b' }))
      died = result.died
      expect(['/old a', '/new a b']).toContain(result.atDeath)
      expect(result.after, `killed before step ${steps}`).toBe('/new a b')
      expect(result.reloadsAfter, `killed before step ${steps}`).toBeLessThanOrEqual(1)
    }
    // Journal, generation, check, journal, switch, reload, journal, prune: each was a place to die.
    expect(steps).toBeGreaterThan(8)
  })

  it('needs no reload after a live change, wherever it died', async () => {
    let steps = 0
    for (let died = true; died; steps += 1) {
      const result = await scene(steps, async (bench) => {
        await bench.aim(1, { path: '/old', endpoints: 'a b' })
      })
      died = result.died
      expect(result.after, `killed before step ${steps}`).toBe('/old a b')
      expect(result.reloadsAfter, `killed before step ${steps}`).toBe(0)
    }
    expect(steps).toBeGreaterThan(1)
  })

  it('undoes a switch to what the engine refuses', async () => {
    for (let steps = 0; steps < 14; steps += 1) {
      await using folder = await temporaryFolder()
      const first = await Bench.open(folder.path)
      await first.aim(1, { path: '/old', endpoints: 'a' })
      await first.close()
      const { fake } = first
      fake.refuses = (routes) => routes === '/bad'
      const second = new Bench(fake, dyingAt(nodeOf(fake), steps).node)
      await second.reconciler.start()
      await second.aim(2, { path: '/bad' }).catch(() => {})
      await second.close().catch(() => {})
      // The machine goes down with it.
      fake.running = false
      const after = new Bench(fake)
      await after.reconciler.start()
      expect(after.serves, `killed before step ${steps}`).toBe('/old a')
      await after.close()
    }
  })
})

describe('a disk that is full', () => {
  it('leaves the former to serve, whatever could not be written, and is no obstacle once it has room', async () => {
    let writes = 0
    for (let wasFull = true; wasFull; writes += 1) {
      await using folder = await temporaryFolder()
      const first = await Bench.open(folder.path)
      await first.aim(1, { path: '/old', endpoints: 'a' })
      await first.close()
      const { fake } = first
      const full = fullAt(nodeOf(fake), writes)
      const second = new Bench(fake, full.node)
      await second.reconciler.start()
      second.views.set(1, { path: '/old', endpoints: 'a' })
      await second.aim(2, { path: '/new', endpoints: 'a b' })
      wasFull = full.wasFull()
      expect(['/old a', '/new a b'], `full at write ${writes}`).toContain(second.serves)
      if (second.serves === '/old a') {
        expect(second.reconciler.status.failure?.message).toContain('no space left')
      }
      full.free()
      // Failures are tried again later and later.
      await second.pass(60_000)
      expect(second.serves, `full at write ${writes}`).toBe('/new a b')
      expect(second.reconciler.status.failure).toBeUndefined()
      await second.close()
      const { entry } = second.node.journal
      expect(entry).toMatchObject({ good: fake.generation })
      expect(entry.change).toBeUndefined()
      expect(await second.node.generations.currentId()).toBe(fake.generation)
    }
    // Two of the journal before the switch, the generation, the switch, and the journal after it.
    expect(writes).toBeGreaterThan(5)
  })
})

describe('an agent that ends while the engine takes its time', () => {
  it('waits no longer, and leaves what the next one completes', async () => {
    await using folder = await temporaryFolder()
    const first = await Bench.open(folder.path)
    await first.aim(1, { path: '/old' })
    const { fake } = first
    await first.close()

    const goes = new AbortController()
    const second = new Bench(fake, nodeOf(fake, goes.signal))
    await second.reconciler.start()
    let answer = () => {}
    fake.delays = () =>
      new Promise<void>((resolve) => {
        answer = resolve
      })
    second.views.set(2, { path: '/new' })
    second.target = 2
    second.reconciler.kick()
    await waitFor('the reload to begin', () => fake.reloads === 1)
    goes.abort(lettingGo())
    await second.close()
    expect(second.node.journal.entry).toMatchObject({ change: { step: 'switch' } })
    expect(second.reconciler.status.failure).toBeUndefined()

    // The engine reads the new one after all, and then the next agent comes.
    answer()
    await waitFor('the engine to be done', () => fake.routes === '/new')
    const third = new Bench(fake)
    await third.reconciler.start()
    third.views = second.views
    await third.aim(2, { path: '/new' })
    await third.close()
    expect(third.serves).toBe('/new a')
    expect(third.node.journal.entry.change).toBeUndefined()
    expect(fake.reloads).toBe(1)
  })
})
