import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EnsembleServer, formatEnsembleServer, parseEnsembleConfig } from '../../src/index.ts'

const config = (...lines: string[]) => Buffer.from(lines.join('\n'))

const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6())
const port = fc.integer({ min: 1, max: 65_535 })
const server: fc.Arbitrary<EnsembleServer> = fc.record({
  id: fc.integer({ min: 0, max: 255 }),
  addresses: fc.array(fc.record({ host, quorumPort: port, electionPort: port }), {
    minLength: 1,
    maxLength: 3,
  }),
  role: fc.constantFrom('participant' as const, 'observer' as const),
  clientAddress: fc.option(fc.record({ host: fc.option(host, { nil: undefined }), port }), {
    nil: undefined,
  }),
})

describe("an ensemble's configuration", () => {
  it('is read as servers write it', () => {
    const data = config(
      'server.1=10.0.0.1:2888:3888:participant;0.0.0.0:2181',
      'server.2=zk2:2888:3888:observer;2181',
      'server.3=[2001:db8::3]:2888:3888|zk3:2889:3889:participant',
      'group.1=1:2',
      'weight.1=2',
      'version=10000002a',
    )
    expect(parseEnsembleConfig(data)).toEqual({
      version: 0x1_0000_002an,
      servers: [
        {
          id: 1,
          addresses: [{ host: '10.0.0.1', quorumPort: 2888, electionPort: 3888 }],
          role: 'participant',
          clientAddress: { host: '0.0.0.0', port: 2181 },
        },
        {
          id: 2,
          addresses: [{ host: 'zk2', quorumPort: 2888, electionPort: 3888 }],
          role: 'observer',
          clientAddress: { host: undefined, port: 2181 },
        },
        {
          id: 3,
          addresses: [
            { host: '2001:db8::3', quorumPort: 2888, electionPort: 3888 },
            { host: 'zk3', quorumPort: 2889, electionPort: 3889 },
          ],
          role: 'participant',
          clientAddress: undefined,
        },
      ],
    })
  })

  it('is empty on a standalone server', () => {
    expect(parseEnsembleConfig(null)).toEqual({ servers: [], version: 0n })
    expect(parseEnsembleConfig(Buffer.alloc(0))).toEqual({ servers: [], version: 0n })
  })

  it.each([
    'server.x=a:1:2',
    'server.1=',
    'server.1=a:1',
    'server.1=a:1:2;b:c',
    'version=',
    'version=0x1',
    'version=-1',
  ])('is refused where it makes no sense: %s', (line) => {
    expect(() => parseEnsembleConfig(config(line))).toThrow(
      expect.objectContaining({ code: 'ZK_MALFORMED' }),
    )
  })

  it('comes back from its text', () => {
    fc.assert(
      fc.property(fc.array(server, { maxLength: 4 }), fc.bigInt(0n, 2n ** 63n), (servers, v) => {
        const lines = [...servers.map(formatEnsembleServer), `version=${v.toString(16)}`]
        expect(parseEnsembleConfig(config(...lines))).toEqual({ servers, version: v })
      }),
    )
  })

  it('never throws anything but a typed error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseEnsembleConfig(config(`server.1=${text}`))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ZK_MALFORMED' })
        }
      }),
    )
  })
})
