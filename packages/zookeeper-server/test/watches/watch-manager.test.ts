import { OPEN_ACL_UNSAFE, WatchEventType, WatcherType } from '@zoogate/zookeeper/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { DataTree } from '../../src/tree/data-tree.ts'
import { PERSISTENT } from '../../src/tree/lifetime.ts'
import { type Watcher, WatchManager } from '../../src/watches/watch-manager.ts'

const names = new Map(Object.entries(WatchEventType).map(([name, value]) => [value, name]))

/** Keeps what it is told, as "created /a". */
function listener(): Watcher & { take(): string[] } {
  let events: string[] = []
  return {
    notify: ({ type, path }) => {
      events.push(`${names.get(type as 1)} ${path}`)
    },
    take() {
      const taken = events
      events = []
      return taken
    },
  }
}

let tree = DataTree.fresh()
let watches = new WatchManager()
let zxid = 0n

beforeEach(() => {
  tree = DataTree.fresh()
  watches = new WatchManager()
  zxid = 0n
})

function create(path: string): void {
  const content = { data: null, acl: OPEN_ACL_UNSAFE, lifetime: PERSISTENT }
  tree.create(path, content, { zxid: ++zxid, timeMs: 0 })
  watches.created(path, node(path))
  watches.childrenChanged(parent(path), node(parent(path)))
}

function remove(path: string): void {
  const gone = node(path)
  tree.delete(path, { zxid: ++zxid, timeMs: 0 })
  watches.deleted(path, gone)
  watches.childrenChanged(parent(path), node(parent(path)))
}

function change(path: string): void {
  tree.setData(path, null, { zxid: ++zxid, timeMs: 0 })
  watches.dataChanged(path, node(path))
}

function node(path: string) {
  const found = tree.get(path)
  if (found === undefined) throw new Error(`no ${path}`)
  return found
}

const parent = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/'

describe('one-shot watches', () => {
  it('fire once', () => {
    const one = listener()
    create('/a')
    watches.addData('/a', one)
    change('/a')
    change('/a')
    expect(one.take()).toEqual(['dataChanged /a'])
    expect(watches.size).toBe(0)
  })

  it('tell once of a deletion, however many there are on the node', () => {
    const one = listener()
    create('/a')
    watches.addData('/a', one)
    watches.addChild('/a', one)
    remove('/a')
    expect(one.take()).toEqual(['deleted /a'])
    expect(watches.size).toBe(0)
  })
})

describe('persistent watches', () => {
  it('tell of the node and of its children, and stay', () => {
    const one = listener()
    watches.addPersistent('/p', one)
    create('/p')
    create('/p/k')
    change('/p')
    change('/p/k')
    remove('/p/k')
    remove('/p')
    expect(one.take()).toEqual([
      'created /p',
      'childrenChanged /p',
      'dataChanged /p',
      'childrenChanged /p',
      'deleted /p',
    ])
    expect(watches.has('/p', one, WatcherType.persistent)).toBe(true)
  })

  it('stay beside a one-shot watch on the same path, in both orders', () => {
    const one = listener()
    create('/p')
    watches.addPersistent('/p', one)
    watches.addData('/p', one)
    change('/p')
    change('/p')
    expect(one.take()).toEqual(['dataChanged /p', 'dataChanged /p'])
    watches.addChild('/p', one)
    create('/p/k')
    create('/p/l')
    expect(one.take()).toEqual(['childrenChanged /p', 'childrenChanged /p'])
  })

  it('when recursive, tell of everything below and never of childrenChanged', () => {
    const one = listener()
    watches.addPersistentRecursive('/r', one)
    create('/r')
    create('/r/k')
    create('/r/k/j')
    change('/r/k/j')
    remove('/r/k/j')
    create('/rest')
    expect(one.take()).toEqual([
      'created /r',
      'created /r/k',
      'created /r/k/j',
      'dataChanged /r/k/j',
      'deleted /r/k/j',
    ])
    watches.remove('/r', one, WatcherType.persistentRecursive)
    change('/r/k')
    expect(one.take()).toEqual([])
  })
})

describe('removing watches', () => {
  it('takes the type that is asked for, and leaves the others', () => {
    const one = listener()
    watches.addPersistent('/p', one)
    watches.addPersistentRecursive('/p', one)
    watches.addData('/p', one)
    const left = () =>
      Object.entries(WatcherType)
        .filter(([, type]) => watches.has('/p', one, type))
        .map(([name]) => name)
    expect(left()).toEqual(['data', 'any', 'persistent', 'persistentRecursive'])
    watches.remove('/p', one, WatcherType.persistent)
    expect(left()).toEqual(['data', 'any', 'persistentRecursive'])
    watches.remove('/p', one, WatcherType.data)
    expect(left()).toEqual(['any', 'persistentRecursive'])
    watches.remove('/p', one, WatcherType.any)
    expect(left()).toEqual([])
    expect(watches.has('/p', one, 99)).toBeUndefined()
  })

  it('forgets a watcher that is gone', () => {
    const one = listener()
    const other = listener()
    watches.addPersistentRecursive('/', one)
    watches.addChild('/', one)
    watches.addChild('/', other)
    watches.removeWatcher(one)
    create('/a')
    expect(one.take()).toEqual([])
    expect(other.take()).toEqual(['childrenChanged /'])
    expect(watches.size).toBe(0)
  })
})

describe('arming again', () => {
  it('tells of what was missed and arms the rest', () => {
    const one = listener()
    create('/changed')
    create('/same')
    create('/parent')
    const relativeZxid = zxid
    change('/changed')
    create('/new')
    create('/parent/k')
    watches.rearm(
      tree,
      {
        relativeZxid,
        dataWatches: ['/changed', '/gone', '/same'],
        existWatches: ['/new', '/absent'],
        childWatches: ['/parent', '/lost', '/same'],
        persistentWatches: ['/changed'],
        persistentRecursiveWatches: ['/parent'],
      },
      one,
    )
    expect(one.take()).toEqual([
      'dataChanged /changed',
      'deleted /gone',
      'created /new',
      'childrenChanged /parent',
      'deleted /lost',
    ])
    change('/same')
    create('/absent')
    create('/same/k')
    change('/changed')
    change('/parent/k')
    expect(one.take()).toEqual([
      'dataChanged /same',
      'created /absent',
      'childrenChanged /same',
      'dataChanged /changed',
      'dataChanged /parent/k',
    ])
  })
})
