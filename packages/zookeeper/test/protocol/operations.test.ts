import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as protocol from '../../src/protocol/index.ts'
import { JuteReader, JuteWriter } from '../../src/protocol/index.ts'
import { int32, int64, operationCases } from './operation-cases.ts'

describe('operations', () => {
  it.each(operationCases)(
    '$name goes there and back, and refuses a cut',
    ({ name, opCode, request, response }) => {
      expect(protocol.opCodeName(opCode)).toBe(name)
      request.checkThereAndBack()
      response.checkThereAndBack()
    },
  )

  it('has a case for every file', () => {
    const operations = Object.keys(protocol).filter((name) => name.endsWith('Operation'))
    expect(operations.length).toBe(operationCases.length)
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
