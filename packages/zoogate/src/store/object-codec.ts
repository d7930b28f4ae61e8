import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { checkResource } from '../model/checks/resource-checks.ts'
import { formatFieldPath } from '../model/field-path.ts'
import type { Resource } from '../model/resources/resource.ts'
import { canonicalJson } from '../model/values/canonical-json.ts'
import { StoreError } from './store-error.ts'

/** An object up to this size is one znode, readable in zkCli; a larger one is gzipped, in chunks. */
export const PLAIN_OBJECT_BYTES_MAX = 256 * 1024
export const OBJECT_CHUNK_BYTES = 256 * 1024
/** An unpacked object has at most so many bytes: the bound against a small text that unpacks to a huge one. */
export const OBJECT_BYTES_MAX = 4 * 1024 * 1024
const CHUNKS_MAX = OBJECT_BYTES_MAX / OBJECT_CHUNK_BYTES

/** A resource as it lies under `/config/objects/<sha256>`. */
export interface EncodedObject {
  /** Of the canonical JSON, in hexadecimal: the znode's name. */
  readonly sha256: string
  /** The znode's data: the canonical JSON, or {@link ChunkHeader}. */
  readonly data: Buffer
  /** The data of its children, in order; empty where the JSON lies in the znode itself. */
  readonly chunks: readonly Buffer[]
}

/** The data of an object that lies in chunks. No resource looks like it: they have no `encoding`. */
interface ChunkHeader {
  readonly encoding: 'gzip'
  readonly chunks: number
}

/** @throws StoreError `STORE_TOO_LARGE` */
export function encodeObject(resource: Resource): EncodedObject {
  const json = Buffer.from(canonicalJson(resource))
  const sha256 = createHash('sha256').update(json).digest('hex')
  if (json.length <= PLAIN_OBJECT_BYTES_MAX) return { sha256, data: json, chunks: [] }
  if (json.length > OBJECT_BYTES_MAX) {
    const name = `${resource.kind}/${resource.metadata.name}`
    const message = `${name} has ${json.length} bytes, more than ${OBJECT_BYTES_MAX}`
    throw new StoreError('STORE_TOO_LARGE', message)
  }
  const packed = gzipSync(json)
  const chunks: Buffer[] = []
  for (let start = 0; start < packed.length; start += OBJECT_CHUNK_BYTES) {
    chunks.push(packed.subarray(start, start + OBJECT_CHUNK_BYTES))
  }
  const header: ChunkHeader = { encoding: 'gzip', chunks: chunks.length }
  return { sha256, data: Buffer.from(JSON.stringify(header)), chunks }
}

/** How many chunks an object's znode announces; 0: the data is the object. */
export function chunkCount(data: Buffer): number {
  // A header is a few dozen bytes, and a resource begins with its apiVersion.
  if (data.length > 100 || !data.toString('utf8').startsWith('{"encoding":')) return 0
  const header = parseJson(data)
  const chunks =
    typeof header === 'object' && header !== null && 'chunks' in header ? header.chunks : undefined
  if (
    typeof chunks !== 'number' ||
    !Number.isInteger(chunks) ||
    chunks < 1 ||
    chunks > CHUNKS_MAX
  ) {
    throw new StoreError('STORE_CORRUPT', 'an object has a header that makes no sense')
  }
  return chunks
}

/**
 * The resource of an object, checked against its name and the schemas: neither a slip of somebody's
 * zkCli nor a format of tomorrow reaches an engine.
 * @throws StoreError `STORE_CORRUPT`, `STORE_UNKNOWN_RESOURCE`
 */
export function decodeObject(sha256: string, data: Buffer, chunks: readonly Buffer[]): Resource {
  const json = chunks.length === 0 ? data : unpack(sha256, Buffer.concat(chunks))
  if (createHash('sha256').update(json).digest('hex') !== sha256) {
    throw new StoreError('STORE_CORRUPT', `the object ${sha256} is not what its name says`)
  }
  const checked = checkResource(parseJson(json))
  if ('resource' in checked) return checked.resource
  const [first] = checked.issues
  const what = first === undefined ? '' : `${formatFieldPath(first.path)} ${first.message}`
  throw new StoreError('STORE_UNKNOWN_RESOURCE', `the object ${sha256} is no resource: ${what}`)
}

function unpack(sha256: string, packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: OBJECT_BYTES_MAX })
  } catch (cause) {
    throw new StoreError('STORE_CORRUPT', `the object ${sha256} cannot be unpacked`, { cause })
  }
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'))
  } catch (cause) {
    throw new StoreError('STORE_CORRUPT', 'an object is not JSON', { cause })
  }
}
