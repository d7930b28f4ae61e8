import {
  type Acl,
  addWatchOperation,
  authOperation,
  CREATOR_ALL_ACL,
  checkWatchesOperation,
  closeSessionOperation,
  create2Operation,
  createContainerOperation,
  createOperation,
  createTTLOperation,
  deleteOperation,
  existsOperation,
  getACLOperation,
  getAllChildrenNumberOperation,
  getChildren2Operation,
  getChildrenOperation,
  getDataOperation,
  getEphemeralsOperation,
  type MultiRequestOp,
  multiOperation,
  multiReadOperation,
  NOTHING,
  OPEN_ACL_UNSAFE,
  pingOperation,
  READ_ACL_UNSAFE,
  reconfigOperation,
  removeWatchesOperation,
  setACLOperation,
  setDataOperation,
  setWatchesOperation,
  syncOperation,
  whoAmIOperation,
} from '@zoogate/zookeeper/protocol'
import { RawClient } from './raw-client.ts'

/** What a server did, in plain data that can be compared. */
export type Facts = Readonly<Record<string, unknown>>

const ANY = -1
const data = (text: string) => Buffer.from(text)
const node = (path: string, flags = 0, acl: readonly Acl[] = OPEN_ACL_UNSAFE) => ({
  path,
  data: data('x'),
  acl,
  flags,
})
const read = (path: string, watch = false) => ({ path, watch })

/** Calls and keeps the error's code; 'closed' when the connection went. */
async function err(call: ReturnType<RawClient['call']>): Promise<number | string> {
  const reply = await call
  return reply.type === 'closed' ? 'closed' : reply.err
}

/** The response itself. */
async function ok<T>(
  call: Promise<{ type: 'closed' } | { type: 'reply'; err: number; response: T | undefined }>,
): Promise<T> {
  const reply = await call
  if (reply.type === 'closed' || reply.response === undefined) {
    throw new Error(`a call failed with ${reply.type === 'closed' ? 'a closed socket' : reply.err}`)
  }
  return reply.response
}

/** The facts that have to do with one connection and the tree. Everything happens below `/facts`. */
export async function treeFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const c = await RawClient.connect(port)
  await ok(c.call(createOperation, node('/facts')))
  facts['create'] = await ok(c.call(createOperation, node('/facts/a')))
  facts['create again'] = await err(c.call(createOperation, node('/facts/a')))
  const created = await ok(c.call(create2Operation, node('/facts/b')))
  facts['create2'] = { path: created.path, length: created.stat.dataLength }
  facts['sequential'] = await ok(c.call(createOperation, node('/facts/s-', 2)))
  facts['sequential, no name'] = await ok(c.call(createOperation, node('/facts/', 2)))
  for (const path of [
    'nope',
    '/facts//q',
    '/facts/..',
    '/facts/q/',
    '/facts/no/x',
    '/facts/\u0001',
    '',
  ]) {
    facts[`create ${JSON.stringify(path)}`] = await err(c.call(createOperation, node(path)))
    // Apache's server takes "" for another name of its root, where nothing is gained by it.
    if (path !== '')
      facts[`get ${JSON.stringify(path)}`] = await err(c.call(getDataOperation, read(path)))
    facts[`delete ${JSON.stringify(path)}`] = await err(
      c.call(deleteOperation, { path, version: ANY }),
    )
    facts[`set ${JSON.stringify(path)}`] = await err(
      c.call(setDataOperation, { path, data: null, version: ANY }),
    )
  }
  facts['flags 99'] = await err(c.call(createOperation, node('/facts/f', 99)))
  facts['ttl 0'] = await err(c.call(createTTLOperation, { ...node('/facts/t', 5), ttlMs: 0n }))
  facts['ttl'] = (
    await ok(c.call(createTTLOperation, { ...node('/facts/t', 5), ttlMs: 99_999n }))
  ).stat.ephemeralOwner
  facts['container'] = (
    await ok(c.call(createContainerOperation, node('/facts/c', 4)))
  ).stat.ephemeralOwner
  facts['ephemeral'] = await err(c.call(createOperation, node('/facts/e', 1)))
  facts['child of ephemeral'] = await err(c.call(createOperation, node('/facts/e/k')))
  facts['ephemerals'] = await ok(c.call(getEphemeralsOperation, { prefixPath: '/facts' }))
  facts['no ephemerals'] = await ok(c.call(getEphemeralsOperation, { prefixPath: '/other' }))
  for (const path of ['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config', '/facts']) {
    facts[`delete ${path}`] = await err(c.call(deleteOperation, { path, version: ANY }))
  }
  facts['bad version'] = await err(
    c.call(setDataOperation, { path: '/facts/a', data: null, version: 9 }),
  )
  await ok(c.call(setDataOperation, { path: '/facts/a', data: null, version: 0 }))
  const nulled = await ok(c.call(getDataOperation, read('/facts/a')))
  facts['null data'] = { data: nulled.data, version: nulled.stat.version }
  await ok(c.call(deleteOperation, { path: '/facts/b', version: ANY }))
  const parent = await ok(c.call(getChildren2Operation, read('/facts')))
  const { version, cversion, aversion, numChildren } = parent.stat
  facts['parent'] = { version, cversion, aversion, numChildren, names: [...parent.children].sort() }
  facts['count'] = await ok(c.call(getAllChildrenNumberOperation, { path: '/facts' }))
  facts['sync'] = await ok(c.call(syncOperation, { path: '/facts' }))
  facts['reconfig'] = await err(
    c.call(reconfigOperation, {
      joiningServers: '',
      leavingServers: '',
      newMembers: '',
      curConfigId: -1n,
    }),
  )
  const root = await ok(c.call(getChildrenOperation, read('/zookeeper')))
  facts['/zookeeper'] = [...root.children].sort()
  facts['ping'] = await err(c.call(pingOperation, NOTHING, -2))
  facts['close'] = await err(c.call(closeSessionOperation, NOTHING))
  facts['behind close'] = (await c.next()).type
  return facts
}

export async function aclFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const owner = await RawClient.connect(port)
  const other = await RawClient.connect(port)
  await ok(owner.call(createOperation, node('/acl')))
  for (const [name, acl] of Object.entries<readonly Acl[]>({
    empty: [],
    'unknown scheme': [{ perms: 31, id: { scheme: 'foo', id: 'x' } }],
    'auth of nobody': CREATOR_ALL_ACL,
    'bad ip': [{ perms: 31, id: { scheme: 'ip', id: 'host' } }],
    'bad digest': [{ perms: 31, id: { scheme: 'digest', id: 'nocolon' } }],
  })) {
    facts[name] = await err(owner.call(createOperation, node('/acl/bad', 0, acl)))
  }
  facts['auth'] = await err(
    owner.call(authOperation, { type: 0, scheme: 'digest', auth: data('u:p') }, -4),
  )
  facts['whoAmI'] = await ok(owner.call(whoAmIOperation, NOTHING))
  await ok(owner.call(createOperation, node('/acl/own', 0, CREATOR_ALL_ACL)))
  facts['expanded'] = (await ok(owner.call(getACLOperation, { path: '/acl/own' }))).acl
  const twice: Acl[] = [...READ_ACL_UNSAFE, ...READ_ACL_UNSAFE, ...CREATOR_ALL_ACL]
  await ok(owner.call(createOperation, node('/acl/readable', 0, twice)))
  facts['hidden hash'] = (await ok(other.call(getACLOperation, { path: '/acl/readable' }))).acl
  const path = '/acl/own'
  facts['of another'] = {
    getData: await err(other.call(getDataOperation, read(path))),
    getChildren: await err(other.call(getChildrenOperation, read(path))),
    setData: await err(other.call(setDataOperation, { path, data: null, version: ANY })),
    setACL: await err(other.call(setACLOperation, { path, acl: OPEN_ACL_UNSAFE, version: ANY })),
    getACL: await err(other.call(getACLOperation, { path })),
    create: await err(other.call(createOperation, node(`${path}/k`))),
    check: (await ok(other.call(multiOperation, { ops: [{ type: 'check', path, version: ANY }] })))
      .results,
    delete: await err(other.call(deleteOperation, { path, version: ANY })),
  }
  facts['bad scheme'] = await err(
    other.call(authOperation, { type: 0, scheme: 'nosuch', auth: data('x') }, -4),
  )
  facts['behind bad scheme'] = (await other.next()).type
  await owner.call(deleteOperation, { path: '/acl/readable', version: ANY })
  await owner.call(deleteOperation, { path: '/acl', version: ANY })
  owner.close()
  return facts
}

export async function watchFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const c = await RawClient.connect(port)
  await ok(c.call(createOperation, node('/watch')))
  await ok(c.call(createOperation, node('/watch/a')))
  await c.call(getDataOperation, read('/watch/a', true))
  await c.call(existsOperation, read('/watch/w', true))
  await c.call(getChildrenOperation, read('/watch', true))
  await c.call(getDataOperation, read('/watch/none', true))
  await ok(c.call(createOperation, node('/watch/w')))
  facts['create'] = c.events()
  await c.call(setDataOperation, { path: '/watch/a', data: null, version: ANY })
  await c.call(setDataOperation, { path: '/watch/a', data: null, version: ANY })
  facts['one-shot'] = c.events()
  await c.call(createOperation, node('/watch/none'))
  facts['getData of nothing leaves no watch'] = c.events()
  await c.call(getDataOperation, read('/watch/w', true))
  await c.call(getChildrenOperation, read('/watch/w', true))
  await c.call(existsOperation, read('/watch/w', true))
  await c.call(deleteOperation, { path: '/watch/w', version: ANY })
  facts['delete'] = c.events()
  for (const [name, mode] of [
    ['persistent', 0],
    ['recursive', 1],
  ] as const) {
    const path = `/watch/${name}`
    facts[`${name} added`] = await err(c.call(addWatchOperation, { path, mode }))
    await c.call(createOperation, node(path))
    await c.call(createOperation, node(`${path}/k`))
    await c.call(setDataOperation, { path, data: null, version: ANY })
    await c.call(setDataOperation, { path: `${path}/k`, data: null, version: ANY })
    await c.call(deleteOperation, { path: `${path}/k`, version: ANY })
    await c.call(deleteOperation, { path, version: ANY })
    facts[name] = c.events()
    facts[`${name} there`] = await err(c.call(checkWatchesOperation, { path, type: 3 }))
    facts[`${name} removed`] = await err(c.call(removeWatchesOperation, { path, type: 3 }))
    facts[`${name} again`] = await err(c.call(removeWatchesOperation, { path, type: 3 }))
  }
  facts['bad mode'] = await err(c.call(addWatchOperation, { path: '/watch', mode: 7 }))
  const before = await c.call(getDataOperation, read('/watch/a'))
  const relativeZxid = before.type === 'reply' ? before.zxid : 0n
  await c.call(setDataOperation, { path: '/watch/a', data: null, version: ANY })
  await c.call(createOperation, node('/watch/new'))
  facts['setWatches'] = await err(
    c.call(
      setWatchesOperation,
      {
        relativeZxid,
        dataWatches: ['/watch/a', '/watch/gone'],
        existWatches: ['/watch/new', '/watch/absent'],
        childWatches: ['/watch', '/watch/lost'],
      },
      -8,
    ),
  )
  facts['missed'] = c.events()
  for (const name of ['a', 'none', 'new']) {
    await c.call(deleteOperation, { path: `/watch/${name}`, version: ANY })
  }
  await c.call(deleteOperation, { path: '/watch', version: ANY })
  c.close()
  return facts
}

export async function multiFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const c = await RawClient.connect(port)
  const multi = async (...ops: MultiRequestOp[]) => {
    const { results } = await ok(c.call(multiOperation, { ops }))
    // 3.8.0 answers create2 inside a multi as create: what both say is the path.
    return results.map((result) =>
      'path' in result ? result.path : 'stat' in result ? result.stat.version : result,
    )
  }
  facts['nothing'] = await multi()
  facts['done'] = await multi(
    { type: 'create', ...node('/multi') },
    { type: 'create2', ...node('/multi/k') },
    { type: 'create', ...node('/multi/s-', 2) },
    { type: 'createContainer', ...node('/multi/c', 4) },
    { type: 'setData', path: '/multi', data: data('z'), version: 0 },
    { type: 'check', path: '/multi', version: 1 },
    { type: 'delete', path: '/multi/k', version: 0 },
  )
  facts['failed'] = await multi(
    { type: 'create', ...node('/multi/lost') },
    { type: 'check', path: '/multi', version: 77 },
    { type: 'delete', path: '/multi', version: ANY },
  )
  facts['nothing left of it'] = await err(c.call(existsOperation, read('/multi/lost')))
  facts['sees its own'] = await multi(
    { type: 'create', ...node('/multi/x') },
    { type: 'delete', path: '/multi/x', version: 0 },
    { type: 'create', ...node('/multi/x') },
    { type: 'create', ...node('/multi/x/y') },
  )
  facts['not empty'] = await multi({ type: 'delete', path: '/multi/x', version: ANY })
  const parent = await ok(c.call(existsOperation, read('/multi')))
  facts['parent'] = { cversion: parent.stat.cversion, numChildren: parent.stat.numChildren }
  const reads = await ok(
    c.call(multiReadOperation, {
      ops: [
        { type: 'getData', ...read('/multi') },
        { type: 'getData', ...read('/none') },
        { type: 'getChildren', ...read('/multi/x') },
      ],
    }),
  )
  facts['reads'] = reads.results.map((result) =>
    result.type === 'getData' ? result.data?.toString() : result,
  )
  for (const path of ['/multi/x/y', '/multi/x', '/multi/s-0000000001', '/multi/c', '/multi']) {
    await c.call(deleteOperation, { path, version: ANY })
  }
  c.close()
  return facts
}

export async function sessionFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const watcher = await RawClient.connect(port)
  const first = await RawClient.connect(port)
  facts['password'] = first.password.length
  facts['last byte'] = first.handshakeRest
  const old = await RawClient.connect(port, { readOnlyByte: false })
  facts['last byte of old clients'] = old.handshakeRest
  old.close()
  for (const timeoutMs of [1, 100_000_000]) {
    const client = await RawClient.connect(port, { timeoutMs })
    facts[`timeout ${timeoutMs}`] = client.handshake?.timeoutMs
    client.close()
  }
  await ok(first.call(createOperation, node('/session-e', 1)))
  await watcher.call(existsOperation, read('/session-e', true))
  const { sessionId, password } = first
  const second = await RawClient.connect(port, { sessionId, password })
  facts['re-attached'] = second.sessionId === sessionId
  facts['the first connection then'] = (await first.next()).type
  facts['its ephemeral'] = await err(second.call(existsOperation, read('/session-e')))
  const wrong = await RawClient.connect(port, { sessionId, password: Buffer.alloc(16, 1) })
  facts['wrong password'] = { ...wrong.handshake, afterwards: (await wrong.next()).type }
  const third = await RawClient.connect(port, { sessionId, password })
  facts['the session stands'] = third.sessionId === sessionId
  facts['closed'] = await err(third.call(closeSessionOperation, NOTHING))
  facts['its ephemeral then'] = await err(watcher.call(existsOperation, read('/session-e')))
  facts['the watcher was told'] = watcher.events()
  const unknown = await RawClient.connect(port, { sessionId, password })
  facts['after its end'] = unknown.handshake
  facts['from the future'] = (await RawClient.connect(port, { lastZxidSeen: 2n ** 60n })).handshake
  watcher.close()
  return facts
}

export async function hostileFacts(port: number): Promise<Facts> {
  const facts: Record<string, unknown> = {}
  const alone = async (type: number, fill: (bytes: Buffer) => Buffer) => {
    const client = await RawClient.connect(port)
    client.sendRaw(type, (writer) => {
      for (const byte of fill(Buffer.alloc(0))) writer.writeBoolean(byte !== 0)
    })
    const reply = await client.next()
    const then = await client.call(pingOperation, NOTHING, -2)
    client.close()
    return [reply.type === 'reply' ? reply.err : reply.type, then.type]
  }
  facts['unknown opcode'] = await alone(55, () => Buffer.alloc(0))
  facts['truncated read'] = await alone(4, () => Buffer.alloc(2))
  for (const [name, bytes] of Object.entries({
    'negative length': Buffer.from([255, 255, 255, 255]),
    'two bytes': Buffer.from([0, 0, 0, 2, 0, 0]),
    'too long': Buffer.from([0, 0x10, 0, 0x40]),
  })) {
    const client = await RawClient.connect(port)
    client.sendBytes(bytes)
    facts[name] = (await client.next()).type
  }
  const big = await RawClient.connect(port)
  const large = { ...node('/hostile'), data: Buffer.alloc(1024 * 1024 - 200) }
  facts['almost 1 MiB'] = await err(big.call(createOperation, large))
  await big.call(deleteOperation, { path: '/hostile', version: ANY })
  facts['1 MiB'] = await err(
    big.call(createOperation, { ...node('/hostile'), data: Buffer.alloc(1024 * 1024) }),
  )
  return facts
}
