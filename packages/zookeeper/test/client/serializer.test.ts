import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { jsonSerializer, type Serializer, type TypedClient } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly, friendlyStat } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

interface Limits {
  readonly max: number
}

function parseLimits(value: unknown): Limits {
  if (typeof value === 'object' && value !== null && 'max' in value) {
    if (typeof value.max === 'number') return { max: value.max }
  }
  throw new TypeError('max must be a number')
}

describe('the JSON serializer', () => {
  it('gives back what JSON can say', () => {
    const serializer = jsonSerializer()
    expectTypeOf(serializer).toEqualTypeOf<Serializer<unknown>>()
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = serializer.serialize(value)
        expect(serializer.deserialize(Buffer.from(String(text)))).toEqual(
          JSON.parse(JSON.stringify(value)),
        )
      }),
    )
  })

  it('takes its type from the check', () => {
    expectTypeOf(jsonSerializer(parseLimits)).toEqualTypeOf<Serializer<Limits>>()
    expect(jsonSerializer(parseLimits).deserialize(Buffer.from('{"max":3,"x":1}'))).toEqual({
      max: 3,
    })
  })
})

/** Every znode holds the same bytes. */
async function holding(data: Buffer | null) {
  const server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      const { xid, type } = header
      if (type !== OpCode.getData) friendly.onRequest(connection, header, body)
      else if (body.readString() === '/none') connection.reply({ xid, err: -101 })
      else {
        connection.reply({ xid }, (to) => {
          to.writeBuffer(data).writeInt64(1n).writeInt64(1n).writeInt64(1n).writeInt64(1n)
          to.writeInt32(0).writeInt32(0).writeInt32(0).writeInt64(0n).writeInt32(0).writeInt32(0)
          to.writeInt64(1n)
        })
      }
    },
  })
  return { server, zk: await connected(server) }
}

describe('a client with a serializer', () => {
  it.each([
    ['nothing', null],
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['another shape', Buffer.from('{"max":"3"}')],
  ])('names the znode that holds %s', async (_, data) => {
    const { server, zk } = await holding(data)
    await using _server = server
    await using _zk = zk
    await expect(
      zk.withSerializer(jsonSerializer(parseLimits)).getData('/l'),
    ).rejects.toMatchObject({
      code: 'ZK_SERIALIZATION',
      path: '/l',
      retryable: false,
      mayHaveHappened: false,
      message: expect.stringContaining('/l'),
      cause: expect.any(Error),
    })
    expect(zk.state).toBe('connected')
  })

  it('gives values, with their Stat', async () => {
    const { server, zk } = await holding(Buffer.from('{"max":3}'))
    await using _server = server
    await using _zk = zk
    const typed = zk.withSerializer(jsonSerializer(parseLimits))
    expectTypeOf(typed).toEqualTypeOf<TypedClient<Limits>>()
    const read = await typed.getData('/l')
    expectTypeOf(read.data).toEqualTypeOf<Limits>()
    expect(read).toEqual({ data: { max: 3 }, stat: friendlyStat })
    expect(await typed.getDataOrNull('/l')).toEqual(read)
    expect(await typed.getDataOrNull('/none')).toBeNull()
  })

  it('sends nothing of a value that cannot be written', async () => {
    const { server, zk } = await holding(null)
    await using _server = server
    await using _zk = zk
    const typed = zk.withSerializer(jsonSerializer())
    const error = { code: 'ZK_SERIALIZATION', path: '/l', mayHaveHappened: false }
    await expect(typed.setData('/l', undefined)).rejects.toMatchObject(error)
    await expect(typed.create('/l', 1n)).rejects.toMatchObject(error)
    await expect(typed.create2('/l', () => {})).rejects.toMatchObject(error)
    expect(zk.stats().requests.sent).toBe(0)
  })
})
