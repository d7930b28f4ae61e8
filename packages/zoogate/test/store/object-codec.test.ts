import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Resource } from '../../src/model/resources/resource.ts'
import {
  chunkCount,
  decodeObject,
  encodeObject,
  OBJECT_BYTES_MAX,
  OBJECT_CHUNK_BYTES,
  PLAIN_OBJECT_BYTES_MAX,
} from '../../src/store/object-codec.ts'
import { everythingYaml, resources } from '../model/sample-resources.ts'

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

/** A Service with so many endpoints whose ids no compressor makes short. */
function large(endpoints: number): Resource {
  return {
    apiVersion: 'zoogate/v1',
    kind: 'Service',
    metadata: { name: 'large' },
    spec: {
      endpoints: Array.from({ length: endpoints }, (_, index) => ({
        id: `e${randomBytes(63).toString('hex')}`,
        address: `10.1.${index >> 8}.${index & 255}`,
        port: 80,
      })),
    },
  }
}

describe('objects', () => {
  it('come back as they went, whatever the order of their fields', () => {
    const all = [...resources(everythingYaml).values()]
    fc.assert(
      fc.property(fc.constantFrom(...all), (resource) => {
        const object = encodeObject(resource)
        expect(decodeObject(object.sha256, object.data, object.chunks)).toEqual(resource)
        const backwards = Object.fromEntries(Object.entries(resource).reverse())
        expect(encodeObject(backwards as typeof resource).sha256).toBe(object.sha256)
      }),
    )
  })

  it('are readable where they are small', () => {
    const object = encodeObject({
      kind: 'Service',
      apiVersion: 'zoogate/v1',
      metadata: { name: 'a' },
    })
    expect(object.data.toString()).toBe(
      '{"apiVersion":"zoogate/v1","kind":"Service","metadata":{"name":"a"}}',
    )
    expect(chunkCount(object.data)).toBe(0)
    expect(object.sha256).toBe(sha256(object.data))
  })

  it('lie in chunks where they are large', () => {
    // 1,000 endpoints, which is as many as a Service may have, are too few to need chunks.
    const names = Array.from({ length: 64 }, (_, index) => [`l${index}`, 'x'.repeat(60)])
    const resource = {
      ...large(1000),
      metadata: { name: 'large', labels: Object.fromEntries(names) },
    }
    const plain = encodeObject(resource as Resource)
    expect(plain.chunks).toEqual([])
    expect(plain.data.length).toBeLessThan(PLAIN_OBJECT_BYTES_MAX)

    const route = longRoute()
    const object = encodeObject(route)
    expect(object.chunks.length).toBe(chunkCount(object.data))
    expect(object.chunks.length).toBeGreaterThan(0)
    for (const chunk of object.chunks) expect(chunk.length).toBeLessThanOrEqual(OBJECT_CHUNK_BYTES)
    expect(decodeObject(object.sha256, object.data, object.chunks)).toEqual(route)
  })

  it('that are too large are refused', () => {
    const route = longRoute()
    if (route.kind !== 'HTTPRoute') throw new Error('no route')
    const rules = Array.from({ length: 30 }, () => route.spec.rules).flat()
    expect(() => encodeObject({ ...route, spec: { ...route.spec, rules } })).toThrow(
      expect.objectContaining({ code: 'STORE_TOO_LARGE' }),
    )
  })
})

/** About 300 kB of matches. */
function longRoute(): Resource {
  return {
    apiVersion: 'zoogate/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'long' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      rules: Array.from({ length: 256 }, () => ({
        matches: Array.from({ length: 2 }, () => ({
          path: { value: `/${randomBytes(256).toString('hex')}` },
        })),
        backendRefs: [{ name: 'shop' }],
      })),
    },
  }
}

describe('what somebody else wrote', () => {
  const corrupt = expect.objectContaining({ code: 'STORE_CORRUPT' })

  it('is refused where it is not what its name says', () => {
    const object = encodeObject(large(1))
    const data = Buffer.from(object.data.toString().replace('10.1.0.0', '10.6.6.6'))
    expect(() => decodeObject(object.sha256, data, [])).toThrow(corrupt)
  })

  it('is refused where it is no resource that we know', () => {
    const data = Buffer.from('{"apiVersion":"zoogate/v2","kind":"Service","metadata":{"name":"a"}}')
    expect(() => decodeObject(sha256(data), data, [])).toThrow(
      expect.objectContaining({ code: 'STORE_UNKNOWN_RESOURCE' }),
    )
  })

  it('is refused where it unpacks to too much', () => {
    const bomb = gzipSync(Buffer.alloc(OBJECT_BYTES_MAX + 1, ' '))
    expect(bomb.length).toBeLessThan(10_000)
    expect(() => decodeObject('0'.repeat(64), Buffer.alloc(0), [bomb])).toThrow(corrupt)
  })

  it.each(['{"encoding":"gzip","chunks":0}', '{"encoding":"gzip","chunks":1e9}', '{"encoding":'])(
    'is refused where its header makes no sense: %s',
    (header) => {
      expect(() => chunkCount(Buffer.from(header))).toThrow(corrupt)
    },
  )

  it('is refused by name, whatever bytes it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.uint8Array(), { maxLength: 2 }), (data, chunks) => {
        const decode = () =>
          decodeObject(
            'f'.repeat(64),
            Buffer.from(data),
            chunks.map((chunk) => Buffer.from(chunk)),
          )
        expect(decode).toThrow(corrupt)
      }),
    )
  })
})
