import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeRegistration,
  isInstanceId,
  parseRegistration,
  REGISTRATION_BYTES_MAX,
  type Registration,
} from '../../src/index.ts'
import { PATIENCE_MS } from '../policies/support.ts'

const minimal = { v: 1, address: '192.0.2.1', port: 8080 }
const parse = (value: unknown, id = 'shop-1') =>
  parseRegistration(id, Buffer.from(JSON.stringify(value)))

function refusal(value: unknown, id?: string): string {
  const parsed = parse(value, id)
  return 'refused' in parsed ? parsed.refused : 'accepted'
}

const printable = /^[ -~]{1,300}$/

describe('parseRegistration', () => {
  it('fills in the defaults', () => {
    expect(parse(minimal)).toEqual({
      registration: {
        address: '192.0.2.1',
        port: 8080,
        weight: 1,
        state: 'up',
        scheme: 'http',
        metadata: {},
      },
    })
  })

  it('ignores fields that it does not know, so that a newer program can write them', () => {
    expect(parse({ ...minimal, colour: 'red', nested: { deep: [1] } })).toEqual(parse(minimal))
  })

  it.each([
    [{ ...minimal, port: 99_999 }, 'port must be a whole number from 1 to 65535, not 99999'],
    [{ ...minimal, port: '80' }, 'port must be a whole number from 1 to 65535, not "80"'],
    [{ v: 1, address: '192.0.2.1' }, 'port must be a whole number from 1 to 65535; it is missing'],
    [{ ...minimal, v: 2 }, 'v must be 1, not 2'],
    [{ ...minimal, weight: -1 }, 'weight must be a whole number from 0 to 256, not -1'],
    [{ ...minimal, state: 'UP' }, 'state must be "up", "draining" or "down", not "UP"'],
    [{ ...minimal, scheme: 'ftp' }, 'scheme must be "http" or "https", not "ftp"'],
    [[minimal], 'the data must be a JSON object'],
    ['text', 'the data must be a JSON object'],
    [null, 'the data must be a JSON object'],
  ])('says the field and what is allowed: %j', (value, reason) => {
    expect(refusal(value)).toBe(reason)
  })

  it.each([
    'localhost',
    'shop.example.com',
    '192.0.2.1:80',
    '[2001:db8::1]',
    'fe80::1%eth0',
    '0.0.0.0',
    '::',
    '192.0.2.1\nserver evil 10.0.0.1:80',
    '192.0.2.1; }',
    '192.0.2.1"',
    "192.0.2.1'",
    '192.0.2.1#',
    '1',
    '10.0.0.256',
    ' 10.0.0.1',
    '',
    'x'.repeat(1_000),
  ])('refuses the address %j', (address) => {
    const reason = refusal({ ...minimal, address })
    expect(reason).toContain('address must be an IPv4 or IPv6 address')
    expect(reason).toMatch(printable)
  })

  it.each(['\n', '\r', '\u0000', '\u001b[2J', '\u007f', '\u009b'])(
    'refuses the control characters %j in metadata, and bounds zone to plain names',
    (hostile) => {
      expect(refusal({ ...minimal, metadata: { note: `a${hostile}b` } })).toContain('metadata must')
      expect(refusal({ ...minimal, metadata: { [`a${hostile}`]: 'b' } })).toContain('metadata must')
      expect(refusal({ ...minimal, zone: `a${hostile}b` })).toContain('zone must')
    },
  )

  it('lets metadata hold quotes, braces and any language', () => {
    const metadata = { title: `"quoted" 'and' {braced}; # 中文 ñ` }
    expect(parse({ ...minimal, metadata })).toMatchObject({ registration: { metadata } })
  })

  it('refuses an empty znode, one too large, and what is not JSON', () => {
    expect(parseRegistration('a', null)).toEqual({ refused: 'the znode is empty' })
    const large = Buffer.alloc(REGISTRATION_BYTES_MAX + 1, '[')
    expect(parseRegistration('a', large)).toHaveProperty('refused')
    expect(parseRegistration('a', Buffer.from('10.0.0.1:80'))).toHaveProperty('refused')
  })

  it('never lets a registration reach a prototype', () => {
    const text = `{"v":1,"address":"192.0.2.1","port":80,"__proto__":{"polluted":1},
      "metadata":{"__proto__":"x","constructor":"y","plain":"z"}}`
    const parsed = parseRegistration('a', Buffer.from(text))
    if (!('registration' in parsed)) throw new Error(parsed.refused)
    const { metadata } = parsed.registration
    expect(Object.keys(metadata).toSorted()).toEqual(['constructor', 'plain'])
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it(
    'never throws on any bytes under any name, and gives a short printable reason',
    () => {
      const deep = fc.integer({ min: 1, max: 30_000 }).map((depth) => Buffer.alloc(depth, '['))
      const bytes = fc.oneof(
        {
          weight: 5,
          arbitrary: fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
        },
        {
          weight: 5,
          arbitrary: fc.jsonValue({ maxDepth: 3 }).map((each) => Buffer.from(JSON.stringify(each))),
        },
        { weight: 1, arbitrary: deep },
      )
      fc.assert(
        fc.property(bytes, fc.string({ maxLength: 20 }), (data, id) => {
          for (const name of [id, 'shop-1']) {
            const parsed = parseRegistration(name, data)
            if (!('refused' in parsed) || !printable.test(parsed.refused)) {
              expect(parsed).toEqual({ refused: expect.stringMatching(printable) })
            }
          }
        }),
        { numRuns: 3_000 },
      )
    },
    PATIENCE_MS,
  )

  it(
    'lets nothing through but what the contract says, when fields are hostile',
    () => {
      const hostile = fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('10.0.0.1', '::1', 'up', 'down', 'https', 'a\nb', '"; }', '$(x)'),
        fc.integer({ min: -2, max: 70_000 }),
        fc.constantFrom(null, true, 1.5, 1e308, [], {}),
      )
      const value = fc.record(
        {
          v: fc.constantFrom(1, 1, 1, 2, '1'),
          address: fc.oneof(fc.constantFrom('10.0.0.1', '2001:db8::1'), hostile),
          port: fc.oneof(fc.integer({ min: 1, max: 65_535 }), hostile),
          weight: hostile,
          state: hostile,
          zone: hostile,
          scheme: hostile,
          metadata: fc.oneof(fc.dictionary(fc.string({ maxLength: 6 }), hostile), hostile),
        },
        { requiredKeys: ['v', 'address', 'port'] },
      )
      fc.assert(
        fc.property(value, (each) => {
          const parsed = parse(each)
          if ('refused' in parsed) return printable.test(parsed.refused)
          const { address, port, weight, state, zone, scheme, metadata } = parsed.registration
          return (
            /^[0-9a-fA-F.:]+$/.test(address) &&
            Number.isInteger(port) &&
            port >= 1 &&
            port <= 65_535 &&
            Number.isInteger(weight) &&
            weight >= 0 &&
            weight <= 256 &&
            ['up', 'draining', 'down'].includes(state) &&
            ['http', 'https'].includes(scheme) &&
            (zone === undefined || /^[\w.-]+$/.test(zone)) &&
            Object.entries(metadata).every(
              ([name, text]) => /^[\w./-]+$/.test(name) && !/\p{Cc}/u.test(text),
            )
          )
        }),
        { numRuns: 3_000 },
      )
    },
    PATIENCE_MS,
  )
})

describe('encodeRegistration', () => {
  it('is read back as it was written', () => {
    const registrations: fc.Arbitrary<Registration> = fc.record(
      {
        address: fc.oneof(fc.ipV4(), fc.ipV6()).filter((each) => !/^[0.:]+$/.test(each)),
        port: fc.integer({ min: 1, max: 65_535 }),
        weight: fc.integer({ min: 0, max: 256 }),
        state: fc.constantFrom('up', 'draining', 'down'),
        scheme: fc.constantFrom('http', 'https'),
        zone: fc.constantFrom('a', 'eu-west-1a'),
        metadata: fc.dictionary(
          fc.stringMatching(/^[a-z]{1,8}$/),
          fc.string().filter((text) => !/\p{Cc}/u.test(text)),
        ),
      },
      { requiredKeys: ['address', 'port', 'weight', 'state', 'scheme', 'metadata'] },
    )
    fc.assert(
      fc.property(registrations, (registration) => {
        const parsed = parseRegistration('a', encodeRegistration(registration))
        expect(parsed).toEqual({
          registration: { ...registration, metadata: { ...registration.metadata } },
        })
      }),
    )
  })
})

describe('isInstanceId', () => {
  it.each(['a', '0', 'shop-1.example_2', 'A'.repeat(128)])('takes %s', (id) => {
    expect(isInstanceId(id)).toBe(true)
  })

  it.each(['', '-a', '.a', 'a b', 'a\n', 'a/b', 'ä', 'A'.repeat(129)])('refuses %j', (id) => {
    expect(isInstanceId(id)).toBe(false)
  })
})
