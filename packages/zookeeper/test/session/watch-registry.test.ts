import { describe, expect, it } from 'vitest'
import { WatchEventType } from '../../src/protocol/index.ts'
import type { PersistentWatchEvent, WatchEvent } from '../../src/session/watch-event.ts'
import { WatchRegistry } from '../../src/session/watch-registry.ts'

const wire = (type: keyof typeof WatchEventType, path: string) => ({
  type: WatchEventType[type],
  state: 3,
  path,
})

function recorder() {
  const events: (WatchEvent | PersistentWatchEvent)[] = []
  let ended = 0
  return {
    events,
    listener: (event: WatchEvent) => void events.push(event),
    watcher: {
      onEvent: (event: PersistentWatchEvent) => void events.push(event),
      onEnd: () => {
        ended++
      },
    },
    get ended() {
      return ended
    },
  }
}

describe('WatchRegistry', () => {
  it('uses up one-shot watches, and tells a listener in two tables once', () => {
    const registry = new WatchRegistry()
    const { events, listener } = recorder()
    registry.addOneShot('data', '/a', listener)
    registry.addOneShot('children', '/a', listener)
    registry.addOneShot('data', '/a', listener)
    registry.take(wire('deleted', '/a'), 9n)()
    registry.take(wire('deleted', '/a'), 9n)()
    expect(events).toEqual([{ type: 'deleted', path: '/a', zxid: 9n }])
  })

  it('keeps a child watch when the data changes, and has no zxid from old servers', () => {
    const registry = new WatchRegistry()
    const { events, listener } = recorder()
    registry.addOneShot('children', '/a', listener)
    registry.take(wire('dataChanged', '/a'), -1n)()
    expect(events).toEqual([])
    registry.take(wire('childrenChanged', '/a'), -1n)()
    expect(events).toEqual([{ type: 'childrenChanged', path: '/a', zxid: undefined }])
  })

  it('tells persistent-recursive watches of all below but never of children', () => {
    const registry = new WatchRegistry()
    const root = recorder()
    const a = recorder()
    registry.addPersistent('persistentRecursive', '/', root.watcher)
    registry.addPersistent('persistentRecursive', '/a', a.watcher)
    registry.take(wire('created', '/a/b/c'), 1n)()
    registry.take(wire('childrenChanged', '/a/b'), 1n)()
    registry.take(wire('created', '/ab'), 1n)()
    expect(root.events).toHaveLength(2)
    expect(a.events).toHaveLength(1)
  })

  it('tells a one-shot watch of children by the child, where the server may have a persistent-recursive one alone', () => {
    const registry = new WatchRegistry()
    const { events, listener } = recorder()
    const { watcher } = recorder()
    const changed = { type: 'childrenChanged', path: '/a', zxid: 1n } as const
    registry.addOneShot('children', '/a', listener)
    registry.take(wire('created', '/a/b'), 1n)()
    expect(events.splice(0)).toEqual([])
    registry.addPersistent('persistentRecursive', '/a', watcher)
    registry.take(wire('dataChanged', '/a/b'), 1n)()
    registry.take(wire('created', '/a/b/c'), 1n)()
    expect(events.splice(0)).toEqual([])
    registry.take(wire('created', '/a/b'), 1n)()
    // A server since 3.9 says so itself, too.
    registry.take(wire('childrenChanged', '/a'), 1n)()
    expect(events.splice(0)).toEqual([changed])
    registry.addOneShot('children', '/a', listener)
    registry.removePersistent('persistentRecursive', '/a', watcher)
    registry.take(wire('deleted', '/a/b'), 1n)()
    expect(events.splice(0)).toEqual([changed])
    registry.addOneShot('children', '/a', listener)
    registry.resync()
    registry.take(wire('created', '/a/b'), 1n)()
    expect(events).toEqual([])
  })

  it('says which one-shot watches the persistent ones make needless', () => {
    const registry = new WatchRegistry()
    const { watcher } = recorder()
    registry.addPersistent('persistent', '/a', watcher)
    registry.addPersistent('persistentRecursive', '/b', watcher)
    const covered = (path: string) =>
      (['data', 'exist', 'children'] as const).filter((kind) => registry.coversOneShot(kind, path))
    expect(covered('/a')).toEqual(['data', 'exist', 'children'])
    expect(covered('/b')).toEqual(['data', 'exist'])
    expect(covered('/b/c')).toEqual([])
  })

  it('decides at once who hears, and tells later', () => {
    const registry = new WatchRegistry()
    const early = recorder()
    const late = recorder()
    registry.addOneShot('data', '/a', early.listener)
    const tell = registry.take(wire('dataChanged', '/a'), 1n)
    registry.addOneShot('data', '/a', late.listener)
    tell()
    expect(early.events).toHaveLength(1)
    expect(late.events).toEqual([])
  })

  it('ignores event types of another version', () => {
    const registry = new WatchRegistry()
    const { events, listener } = recorder()
    registry.addOneShot('data', '/a', listener)
    registry.take({ type: 99, state: 3, path: '/a' }, 1n)()
    expect(events).toEqual([])
    expect(registry.hasOneShot('/a')).toBe(true)
  })

  it('tells one-shot watches of a lost session, and keeps the persistent ones', () => {
    const registry = new WatchRegistry()
    const oneShot = recorder()
    const lasting = recorder()
    registry.addOneShot('exist', '/a', oneShot.listener)
    registry.addPersistent('persistent', '/a', lasting.watcher)
    registry.sessionLost()
    registry.sessionLost()
    registry.resync()
    expect(oneShot.events).toEqual([{ type: 'sessionLost', path: '/a' }])
    expect(lasting.events).toEqual([{ type: 'resync' }])
    expect([...registry.paths.persistent]).toEqual(['/a'])
    registry.endPersistent(undefined)
    expect(lasting.ended).toBe(1)
    expect([...registry.paths.persistent]).toEqual([])
  })

  it('says which removal was the last', () => {
    const registry = new WatchRegistry()
    const one = recorder()
    const two = recorder()
    registry.addPersistent('persistent', '/a', one.watcher)
    registry.addPersistent('persistent', '/a', two.watcher)
    expect(registry.removePersistent('persistent', '/a', one.watcher)).toBe(false)
    expect(registry.removePersistent('persistent', '/a', one.watcher)).toBe(false)
    expect(registry.removePersistent('persistent', '/a', two.watcher)).toBe(true)
    expect(registry.hasPersistent('persistent', '/a')).toBe(false)
  })
})
