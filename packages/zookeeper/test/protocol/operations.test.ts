import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as protocol from '../../src/protocol/index.ts'
import { JuteReader, JuteWriter, type Operation, type Stat } from '../../src/protocol/index.ts'

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const path = fc.string({ unit: 'grapheme', maxLength: 60 })
const paths = fc.array(path, { maxLength: 5 })
const data = fc.option(fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)))
const watch = fc.boolean()
const nothing = fc.constant(protocol.NOTHING)
const acl = fc.array(fc.record({ perms: int32, id: fc.record({ scheme: path, id: path }) }), {
  maxLength: 3,
})
const stat: fc.Arbitrary<Stat> = fc.record({
  czxid: int64,
  mzxid: int64,
  ctime: int64,
  mtime: int64,
  version: int32,
  cversion: int32,
  aversion: int32,
  ephemeralOwner: int64,
  dataLength: int32,
  numChildren: int32,
  pzxid: int64,
})
const create = fc.record({ path, data, acl, flags: int32 })
const read = fc.record({ path, watch })
const pathAndVersion = fc.record({ path, version: int32 })
const watcher = fc.record({ path, type: int32 })
const token = fc.record({ token: data })
const oneShotWatches = {
  relativeZxid: int64,
  dataWatches: paths,
  existWatches: paths,
  childWatches: paths,
}
const failure = fc.record({ type: fc.constant('error' as const), err: int32 })
const tagged = <T extends string, R extends object>(type: T, record: fc.Arbitrary<R>) =>
  record.map((fields) => ({ type, ...fields }))

interface Case {
  readonly name: string
  readonly check: () => void
}

/** Both directions there and back, and every cut of the bytes refused with a typed error. */
function operation<Request, Response>(
  name: string,
  op: Operation<Request, Response>,
  requests: fc.Arbitrary<Request>,
  responses: fc.Arbitrary<Response>,
): Case {
  return {
    name,
    check() {
      expect(protocol.opCodeName(op.opCode)).toBe(name)
      thereAndBack(requests, op.encodeRequest, op.decodeRequest)
      thereAndBack(responses, op.encodeResponse, op.decodeResponse)
    },
  }
}

function thereAndBack<T>(
  values: fc.Arbitrary<T>,
  encode: (writer: JuteWriter, value: T) => void,
  decode: (reader: JuteReader) => T,
): void {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (value, cut) => {
      const writer = new JuteWriter()
      encode(writer, value)
      const bytes = writer.take()
      const reader = new JuteReader(bytes)
      expect(decode(reader)).toEqual(value)
      expect(reader.remaining).toBe(0)
      if (bytes.length === 0) return
      const shorter = Math.min(bytes.length - 1, Math.floor(cut * bytes.length))
      expect(() => decode(new JuteReader(bytes, 0, shorter))).toThrow(
        expect.objectContaining({ code: 'ZK_TRUNCATED' }),
      )
    }),
    { numRuns: 60 },
  )
}

const cases: Case[] = [
  operation('create', protocol.createOperation, create, fc.record({ path })),
  operation('create2', protocol.create2Operation, create, fc.record({ path, stat })),
  operation(
    'createContainer',
    protocol.createContainerOperation,
    create,
    fc.record({ path, stat }),
  ),
  operation(
    'createTTL',
    protocol.createTTLOperation,
    fc.record({ path, data, acl, flags: int32, ttlMs: int64 }),
    fc.record({ path, stat }),
  ),
  operation('delete', protocol.deleteOperation, pathAndVersion, nothing),
  operation('exists', protocol.existsOperation, read, fc.record({ stat })),
  operation('getData', protocol.getDataOperation, read, fc.record({ data, stat })),
  operation(
    'setData',
    protocol.setDataOperation,
    fc.record({ path, data, version: int32 }),
    fc.record({ stat }),
  ),
  operation('getACL', protocol.getACLOperation, fc.record({ path }), fc.record({ acl, stat })),
  operation(
    'setACL',
    protocol.setACLOperation,
    fc.record({ path, acl, version: int32 }),
    fc.record({ stat }),
  ),
  operation('getChildren', protocol.getChildrenOperation, read, fc.record({ children: paths })),
  operation(
    'getChildren2',
    protocol.getChildren2Operation,
    read,
    fc.record({ children: paths, stat }),
  ),
  operation('sync', protocol.syncOperation, fc.record({ path }), fc.record({ path })),
  operation('ping', protocol.pingOperation, nothing, nothing),
  operation('check', protocol.checkOperation, pathAndVersion, nothing),
  operation(
    'multi',
    protocol.multiOperation,
    fc.record({
      ops: fc.array(
        fc.oneof(
          tagged('create', create),
          tagged('create2', create),
          tagged('createContainer', create),
          tagged('createTTL', fc.record({ path, data, acl, flags: int32, ttlMs: int64 })),
          tagged('delete', pathAndVersion),
          tagged('setData', fc.record({ path, data, version: int32 })),
          tagged('check', pathAndVersion),
        ),
        { maxLength: 6 },
      ),
    }),
    fc.record({
      results: fc.array(
        fc.oneof(
          tagged('create', fc.record({ path })),
          tagged('create2', fc.record({ path, stat })),
          tagged('delete', fc.record({})),
          tagged('setData', fc.record({ stat })),
          tagged('check', fc.record({})),
          failure,
        ),
        { maxLength: 6 },
      ),
    }),
  ),
  operation(
    'multiRead',
    protocol.multiReadOperation,
    fc.record({
      ops: fc.array(fc.oneof(tagged('getData', read), tagged('getChildren', read)), {
        maxLength: 6,
      }),
    }),
    fc.record({
      results: fc.array(
        fc.oneof(
          tagged('getData', fc.record({ data, stat })),
          tagged('getChildren', fc.record({ children: paths })),
          failure,
        ),
        { maxLength: 6 },
      ),
    }),
  ),
  operation(
    'auth',
    protocol.authOperation,
    fc.record({ type: int32, scheme: path, auth: data }),
    nothing,
  ),
  operation('setWatches', protocol.setWatchesOperation, fc.record(oneShotWatches), nothing),
  operation(
    'setWatches2',
    protocol.setWatches2Operation,
    fc.record({
      ...oneShotWatches,
      persistentWatches: paths,
      persistentRecursiveWatches: paths,
    }),
    nothing,
  ),
  operation(
    'addWatch',
    protocol.addWatchOperation,
    fc.record({ path, mode: int32 }),
    fc.record({ err: int32 }),
  ),
  operation('removeWatches', protocol.removeWatchesOperation, watcher, nothing),
  operation('checkWatches', protocol.checkWatchesOperation, watcher, nothing),
  operation(
    'getEphemerals',
    protocol.getEphemeralsOperation,
    fc.record({ prefixPath: path }),
    fc.record({ ephemerals: paths }),
  ),
  operation(
    'getAllChildrenNumber',
    protocol.getAllChildrenNumberOperation,
    fc.record({ path }),
    fc.record({ totalNumber: int32 }),
  ),
  operation(
    'whoAmI',
    protocol.whoAmIOperation,
    nothing,
    fc.record({
      clientInfo: fc.array(fc.record({ authScheme: path, user: path }), { maxLength: 4 }),
    }),
  ),
  operation('closeSession', protocol.closeSessionOperation, nothing, nothing),
  operation('sasl', protocol.saslOperation, token, token),
  operation(
    'reconfig',
    protocol.reconfigOperation,
    fc.record({
      joiningServers: fc.option(path),
      leavingServers: fc.option(path),
      newMembers: fc.option(path),
      curConfigId: int64,
    }),
    fc.record({ data, stat }),
  ),
]

describe('operations', () => {
  for (const { name, check } of cases) it(`${name} goes there and back, and refuses a cut`, check)

  it('has a case for every file', () => {
    const operations = Object.keys(protocol).filter((name) => name.endsWith('Operation'))
    expect(operations.length).toBe(cases.length)
  })

  it('writes getData as ZooKeeper does', () => {
    const writer = new JuteWriter()
    const mark = writer.beginFrame()
    protocol.encodeRequestHeader(writer, { xid: 5, type: protocol.OpCode.getData })
    protocol.getDataOperation.encodeRequest(writer, { path: '/a', watch: true })
    writer.endFrame(mark)
    expect(writer.take().toString('hex')).toBe(
      '0000000f' + '00000005' + '00000004' + '000000022f61' + '01',
    )
  })

  it('writes a multi of one delete as ZooKeeper does', () => {
    const writer = new JuteWriter()
    protocol.multiOperation.encodeRequest(writer, {
      ops: [{ type: 'delete', path: '/a', version: -1 }],
    })
    expect(writer.take().toString('hex')).toBe(
      '00000002' + '00' + 'ffffffff' + '000000022f61' + 'ffffffff' + 'ffffffff' + '01' + 'ffffffff',
    )
  })
})

describe('handshake records', () => {
  it('go there and back, with and without the readOnly byte', () => {
    const password = fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes))
    const readOnly = fc.option(fc.boolean(), { nil: undefined })
    fc.assert(
      fc.property(
        fc.record({
          protocolVersion: int32,
          lastZxidSeen: int64,
          timeoutMs: int32,
          sessionId: int64,
          password,
          readOnly,
        }),
        (request) => {
          const writer = new JuteWriter()
          protocol.encodeConnectRequest(writer, request)
          expect(protocol.decodeConnectRequest(new JuteReader(writer.take()))).toEqual(request)
          protocol.encodeConnectResponse(writer, request)
          const { lastZxidSeen: _, ...response } = request
          expect(protocol.decodeConnectResponse(new JuteReader(writer.take()))).toEqual(response)
        },
      ),
    )
  })
})
