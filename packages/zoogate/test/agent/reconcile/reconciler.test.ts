import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { Bench } from './node.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let bench: Bench

beforeEach(async () => {
  folder = await temporaryFolder()
  bench = await Bench.open(folder.path)
})

afterEach(async () => {
  await bench.close()
  await folder[Symbol.asyncDispose]()
})

const failure = () => bench.reconciler.status.failure?.message
const trouble = () => bench.reconciler.status.trouble?.message

describe('the reconciler', () => {
  it('does nothing while nothing is asked for', async () => {
    await bench.settle()
    expect(bench.fake.starts).toBe(0)
  })

  it('starts the engine on the first view', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    expect(bench.serves).toBe('/ a b')
    expect(bench.fake).toMatchObject({ starts: 1, reloads: 0, lives: 0 })
    expect(bench.reconciler.status).toMatchObject({ running: true, busy: false })
  })

  it('changes endpoints live, and the files follow', async () => {
    await bench.aim(1, { endpoints: 'a' })
    await bench.aim(1, { endpoints: 'a b' })
    expect(bench.serves).toBe('/ a b')
    expect(bench.fake).toMatchObject({ starts: 1, reloads: 0, lives: 1 })
    await bench.close()
    const text = await readFile(join(folder.path, 'current/services/shop.json'), 'utf8')
    expect(text).toContain('"b"')
  })

  it('does not wait for ever for an engine that does not say what it has', async () => {
    await bench.aim(1, {})
    bench.fake.hangs = true
    const silence = 'no answer within 3000 ms'
    await bench.until('the silence to be told', () => trouble()?.includes(silence) === true)
    // Looks are due every second: one is under way when the change comes.
    bench.views.set(2, { path: '/new' })
    bench.target = 2
    bench.reconciler.kick()
    await bench.until('the change to be made all the same', () => bench.serves === '/new a')
  })

  it('takes a revision of the same structure without touching the engine', async () => {
    await bench.aim(1, {})
    await bench.aim(2, {})
    expect(bench.fake).toMatchObject({ starts: 1, reloads: 0, lives: 0 })
    expect(bench.reconciler.status.served?.view.revision).toBe(2)
  })

  it('reloads for another structure', async () => {
    await bench.aim(1, {})
    await bench.aim(2, { path: '/new' })
    expect(bench.serves).toBe('/new a')
    expect(bench.fake.reloads).toBe(1)
  })

  it('falls back to a reload where the engine does not take a live change', async () => {
    await bench.aim(1, {})
    bench.fake.refusesLive = true
    await bench.aim(1, { endpoints: 'a b' })
    expect(bench.serves).toBe('/ a b')
    expect(bench.fake.reloads).toBe(1)
  })

  it('keeps the former where the checker refuses, and goes on with its endpoints', async () => {
    await bench.aim(1, {})
    bench.fake.invalid = (routes) => (routes === '/bad' ? 'line 7: no' : undefined)
    await bench.aim(2, { path: '/bad' })
    expect(bench.serves).toBe('/ a')
    expect(failure()).toBe('line 7: no')
    bench.views.set(1, { endpoints: 'a b' })
    await bench.settle()
    expect(bench.serves).toBe('/ a b')
    expect(failure()).toBe('line 7: no')
    // The next revision is tried, and clears it.
    await bench.aim(3, { path: '/good', endpoints: 'b' })
    expect(bench.serves).toBe('/good b')
    expect(failure()).toBeUndefined()
  })

  it('asks once a minute for what was refused', async () => {
    let asked = 0
    await bench.aim(1, {})
    bench.fake.invalid = () => {
      asked += 1
      return 'no'
    }
    await bench.aim(2, { path: '/bad' })
    await bench.settle()
    expect(asked).toBe(1)
    await bench.pass(60_000)
    expect(asked).toBe(2)
    bench.fake.invalid = () => undefined
    await bench.pass(60_000)
    expect(bench.serves).toBe('/bad a')
  })

  it('keeps the former where the engine says that it cannot carry the revision', async () => {
    await bench.aim(1, {})
    await bench.aim(2, { method: 'REFUSED' })
    expect(failure()).toBe('HTTPRoute/x method: cannot be carried')
    expect(bench.fake.reloads).toBe(0)
  })

  it('puts the former back where the engine itself refuses, and tries again later', async () => {
    await bench.aim(1, {})
    bench.fake.refuses = (routes) => routes === '/bad'
    await bench.aim(2, { path: '/bad' })
    expect(bench.serves).toBe('/ a')
    expect(failure()).toContain('refuses /bad')
    expect(await bench.node.generations.currentId()).toBe('1')
    expect(bench.node.journal.entry).toEqual({ v: 1, good: '1', newest: 2 })
    bench.fake.refuses = () => false
    await bench.pass(120_000)
    expect(bench.serves).toBe('/bad a')
    expect(failure()).toBeUndefined()
  })

  it('leaves nothing to start where the first generation is refused', async () => {
    bench.fake.refuses = () => true
    await bench.aim(1, {})
    expect(await bench.node.generations.currentId()).toBeUndefined()
  })

  it('serves the last good revision where the target is refused and nothing is served', async () => {
    bench.fake.invalid = (routes) => (routes === '/bad' ? 'no' : undefined)
    bench.good = 1
    bench.views.set(1, { path: '/good' })
    await bench.aim(2, { path: '/bad' })
    expect(bench.serves).toBe('/good a')
    expect(failure()).toBe('no')
  })

  it('clears a failure when the target goes back to what is served', async () => {
    await bench.aim(1, {})
    await bench.aim(2, { method: 'REFUSED' })
    await bench.aim(1, {})
    expect(failure()).toBeUndefined()
  })

  it('starts the engine again on what is wanted where it died', async () => {
    await bench.aim(1, {})
    bench.fake.running = false
    await bench.aim(1, { endpoints: 'c' })
    expect(bench.serves).toBe('/ c')
    expect(bench.fake.starts).toBe(2)
  })

  it('reloads an engine that somebody started just before, on what was current then', async () => {
    await bench.aim(1, { path: '/old' })
    const { fake } = bench
    fake.running = false
    await bench.pass(1_000)
    expect(bench.reconciler.status.running).toBe(false)
    fake.startOverride = async () => {
      // Its service manager was faster: what it read is the former generation.
      fake.running = true
      fake.startOverride = undefined
    }
    await bench.aim(2, { path: '/new' })
    expect(bench.serves).toBe('/new a')
    expect(fake.reloads).toBe(1)
  })

  it('never prunes what is served', async () => {
    await bench.aim(1, { path: '/first' })
    bench.fake.invalid = (routes) => (routes === '/bad' ? 'no' : undefined)
    for (let revision = 2; revision < 12; revision += 1) {
      await bench.aim(revision, { path: '/bad' })
    }
    expect(await bench.node.generations.list()).toContain(bench.fake.generation)
    for (let revision = 12; revision < 24; revision += 1) {
      await bench.aim(revision, { path: `/${revision}` })
    }
    const kept = await bench.node.generations.list()
    expect(kept).toContain(bench.fake.generation)
    expect(kept.length).toBeLessThan(6)
  })
})

describe('what the engine really has (F11)', () => {
  it('is healed where somebody meddled', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    bench.fake.tables.set('shop', [])
    await bench.pass(1_000)
    expect(bench.serves).toBe('/ a b')
    expect(bench.fake.reloads).toBe(0)
  })

  it('is healed where the engine serves another generation', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    bench.fake.generation = '99'
    await bench.pass(1_000)
    expect(bench.fake.generation).not.toBe('99')
    expect(bench.serves).toBe('/ a b')
  })
})

describe('certificates', () => {
  it('are renewed live, and the files follow', async () => {
    await bench.aim(1, { certificate: 'first' })
    await bench.aim(1, { certificate: 'second' })
    expect(bench.fake).toMatchObject({ certificate: 'second', reloads: 0, lives: 1 })
    await bench.close()
    bench.fake.restart()
    expect(bench.fake.certificate).toBe('second')
  })

  it('are given once more to an engine that was started again before the files followed', async () => {
    await bench.aim(1, { certificate: 'first' })
    await bench.aim(1, { certificate: 'second' })
    bench.fake.restart()
    expect(bench.fake.certificate).toBe('first')
    await bench.pass(1_000)
    expect(bench.fake.certificate).toBe('second')
    expect(bench.fake.reloads).toBe(0)
  })
})

describe('an engine in trouble', () => {
  it('is told of where it does not answer, until it does', async () => {
    await bench.aim(1, {})
    bench.fake.silent = true
    await bench.pass(1_000)
    // A reload takes its moment.
    expect(trouble()).toBeUndefined()
    await bench.pass(1_000)
    expect(trouble()).toBe('the engine runs but does not answer: it says nothing')
    bench.fake.silent = false
    await bench.pass(1_000)
    expect(trouble()).toBeUndefined()
  })

  it('is told of where it does not run', async () => {
    await bench.aim(1, {})
    bench.fake.running = false
    await bench.pass(1_000)
    expect(trouble()).toBe('the engine does not run')
  })
})

describe('the next agent', () => {
  it('touches nothing where the engine has what is wanted (F6)', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    await bench.close()
    const { fake } = bench
    bench = new Bench(fake)
    await bench.reconciler.start()
    await bench.aim(1, { endpoints: 'a b' })
    expect(fake).toMatchObject({ starts: 1, reloads: 0, lives: 0 })
  })

  it('changes live what is another meanwhile', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    await bench.close()
    const { fake } = bench
    bench = new Bench(fake)
    await bench.reconciler.start()
    await bench.aim(1, { endpoints: 'c' })
    expect(bench.serves).toBe('/ c')
    expect(fake).toMatchObject({ starts: 1, reloads: 0, lives: 1 })
  })

  it('starts an engine that does not run, before anything is asked for (F2)', async () => {
    await bench.aim(1, { endpoints: 'a b' })
    await bench.close()
    const { fake } = bench
    fake.running = false
    bench = new Bench(fake)
    await bench.reconciler.start()
    expect(bench.serves).toBe('/ a b')
  })

  it('reloads where this version renders the same view in another way', async () => {
    await bench.aim(1, {})
    await bench.close()
    const { fake } = bench
    const { render } = fake.engine
    const engine = {
      ...fake.engine,
      render: (...args: Parameters<typeof render>) =>
        new Map([...render(...args), ['extra.json', '{}']]),
    }
    const { node } = bench
    bench = new Bench(fake, { ...node, engine })
    await bench.reconciler.start()
    await bench.aim(1, {})
    expect(fake.reloads).toBe(1)
    expect(await bench.node.generations.read(fake.generation, 'extra.json')).toBe('{}')
  })
})
