import fc from 'fast-check'
import { expect } from 'vitest'
import * as protocol from '../../src/protocol/index.ts'
import { JuteReader, JuteWriter, type Operation, type Stat } from '../../src/protocol/index.ts'

export const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
export const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
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

/** One record of the protocol: what it can hold, and its two ways. */
interface RecordCodec {
  /** There and back, and every cut of the bytes refused with a typed error. Throws when it is not so. */
  checkThereAndBack(): void
  /** Some records, as bytes; the same ones for the same seed. */
  samples(options: { readonly seed: number; readonly count: number }): Buffer[]
  decode(reader: JuteReader): unknown
}

/** An operation with what its records can hold. */
export interface OperationCase {
  readonly name: string
  readonly opCode: number
  readonly request: RecordCodec
  readonly response: RecordCodec
}

function operation<Request, Response>(
  name: string,
  op: Operation<Request, Response>,
  requests: fc.Arbitrary<Request>,
  responses: fc.Arbitrary<Response>,
): OperationCase {
  return {
    name,
    opCode: op.opCode,
    request: codecOf(requests, op.encodeRequest, op.decodeRequest),
    response: codecOf(responses, op.encodeResponse, op.decodeResponse),
  }
}

function codecOf<T>(
  values: fc.Arbitrary<T>,
  encode: (writer: JuteWriter, value: T) => void,
  decode: (reader: JuteReader) => T,
): RecordCodec {
  const encoded = (value: T): Buffer => {
    const writer = new JuteWriter()
    encode(writer, value)
    return Buffer.from(writer.take())
  }
  return {
    decode,
    samples: ({ seed, count }) => fc.sample(values, { seed, numRuns: count }).map(encoded),
    checkThereAndBack() {
      const cuts = fc.double({ min: 0, max: 1, noNaN: true })
      const property = fc.property(values, cuts, (value, cut) => {
        const bytes = encoded(value)
        const reader = new JuteReader(bytes)
        expect(decode(reader)).toEqual(value)
        expect(reader.remaining).toBe(0)
        if (bytes.length === 0) return
        const shorter = Math.min(bytes.length - 1, Math.floor(cut * bytes.length))
        expect(() => decode(new JuteReader(bytes, 0, shorter))).toThrow(
          expect.objectContaining({ code: 'ZK_TRUNCATED' }),
        )
      })
      fc.assert(property, { numRuns: 60 })
    },
  }
}

/** Every operation. */
export const operationCases: readonly OperationCase[] = [
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
