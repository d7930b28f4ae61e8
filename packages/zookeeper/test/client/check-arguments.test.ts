import { describe, expect, it } from 'vitest'
import { ANY_VERSION, ZooKeeper } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** What came from JavaScript: nobody has checked its type. */
function untyped<Type>(value: unknown): Type {
  return value as Type
}

type Wrong = [call: string, make: (zk: ZooKeeper) => Promise<unknown>, message: RegExp]

const wrongOptions: Wrong[] = [
  [
    'a mode in capitals',
    (zk) => zk.create('/a', null, untyped({ mode: 'EPHEMERAL' })),
    /^mode must be one of persistent, ephemeral, .*, not "EPHEMERAL"$/,
  ],
  ['flags', (zk) => zk.create('/a', null, untyped({ ephemeral: true })), /no option ephemeral/],
  ['flags of create2', (zk) => zk.create2('/a', null, untyped({ flags: 1 })), /no option flags/],
  [
    'a mode in a multi',
    (zk) => zk.multi([untyped({ type: 'create', path: '/a', mode: 'sequence' })]),
    /mode must be one of .* not "sequence"/,
  ],
  [
    'half a version in a multi',
    (zk) => zk.multi([{ type: 'delete', path: '/a', version: 0.5 }]),
    /version must be a whole number/,
  ],
  ['a version alone', (zk) => zk.setData('/a', 'x', untyped(99)), /must be an object, not 99/],
  ['a version alone, to delete', (zk) => zk.delete('/a', untyped(99)), /must be an object/],
  ['a version alone, of an ACL', (zk) => zk.setACL('/a', [], untyped(99)), /must be an object/],
  ['no options at all', (zk) => zk.getData('/a', untyped(null)), /must be an object, not null/],
  ['a misspelt version', (zk) => zk.delete('/a', untyped({ versoin: 1 })), /no option versoin/],
  ['half a version', (zk) => zk.delete('/a', { version: 0.5 }), /version must be a whole number/],
  ['no version', (zk) => zk.delete('/a', { version: untyped(null) }), /version must be a whole/],
  ['watch: true', (zk) => zk.getData('/a', { watch: untyped(true) }), /watch must be a function/],
  ['watch: true', (zk) => zk.exists('/a', { watch: untyped(true) }), /watch must be a function/],
  ['a mode of watch', (zk) => zk.addWatch('/a', untyped('recursive')), /one of persistent, pers/],
  ['a kind of watch', (zk) => zk.removeWatches('/a', { type: untyped('child') }), /type must be/],
  ['a number as data', (zk) => zk.setData('/a', untyped(5)), /data must be a string, bytes or/],
  ['an object as data', (zk) => zk.create('/a', untyped({})), /must be .* null, not an object$/],
  ['no data', (zk) => zk.setData('/a', untyped(undefined)), /data must be .* not undefined/],
]

describe('an argument that the types do not allow', () => {
  it.each(wrongOptions)('rejects, and nothing is sent: %s', async (_, make, message) => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    await expect(make(zk)).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
      message: expect.stringMatching(message),
    })
    expect(zk.stats().queued).toBe(0)
  })

  it('names the path', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    await expect(zk.setData('/a/b', untyped(5))).rejects.toMatchObject({ path: '/a/b' })
    await expect(zk.delete('/a/b', untyped(5))).rejects.toMatchObject({ path: '/a/b' })
  })

  it('rejects for a path that is none, and does not throw', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1/app')
    const none = untyped<string>(undefined)
    const wrong = [
      zk.getData(none),
      zk.create(none),
      zk.addWatch(none, 'persistent'),
      zk.removeWatches(none),
      zk.multi([{ type: 'delete', path: none }]),
      zk.ensurePath(none),
    ]
    for (const one of wrong) {
      await expect(one).rejects.toMatchObject({ code: 'ZK_INVALID_PATH', retryable: false })
    }
  })

  it('rejects for operations that are none', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    const wrong = [
      zk.multi([untyped({ type: 'set', path: '/a' })]),
      zk.multi([untyped(undefined)]),
      zk.multi(untyped<[]>({})),
      zk.multiRead([untyped({ type: 'get', path: '/a' })]),
    ]
    for (const one of wrong) {
      await expect(one).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    }
  })

  it('of a transaction throws where it stands', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    const refused = expect.objectContaining({ code: 'ZK_INVALID_OPTION' })
    expect(() => zk.transaction().setData('/a', 'x', untyped(99))).toThrow(refused)
    expect(() => zk.transaction().delete('/a', untyped(99))).toThrow(refused)
    const flags = untyped<object>({ sequence: true })
    expect(() => zk.transaction().create('/a', null, flags)).toThrow(refused)
  })

  it('ends a connect that would wait for ever', async () => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    await expect(zk.connect(untyped(5_000))).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    await expect(zk.drain(untyped(5_000))).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
  })
})

describe('the servers', () => {
  it('may be a list of parts of the connect string', async () => {
    await using zk = new ZooKeeper(['127.0.0.1:1', '127.0.0.1:2/app'])
    expect(zk.chroot).toBe('/app')
    zk.updateServerList(['127.0.0.1:3', '127.0.0.1:4'])
  })

  it.each([[[]], [undefined], [5], [['127.0.0.1:1', 5]]])('may not be %j', (hosts) => {
    const refused = expect.objectContaining({ code: 'ZK_INVALID_OPTION' })
    expect(() => new ZooKeeper(untyped(hosts))).toThrow(refused)
  })
})

it('takes bytes of any kind, and any version by name', async () => {
  const bodies: string[] = []
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      if (header.type === OpCode.setData) {
        body.readString()
        bodies.push(`${body.readBuffer()} at ${body.readInt32()}`)
      }
      connection.reply({ xid: header.xid, err: -101 })
    },
  })
  await using zk = await connected(server)
  const bytes = new TextEncoder().encode('-bytes-')
  const version = ANY_VERSION
  await zk.setData('/a', bytes.subarray(1, 6), { version }).catch(() => undefined)
  await zk.setData('/a', 'text', { version: undefined, signal: undefined }).catch(() => undefined)
  expect(bodies).toEqual(['bytes at -1', 'text at -1'])
})
