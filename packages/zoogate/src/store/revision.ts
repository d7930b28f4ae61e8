import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { StoreError } from './store-error.ts'

/** A revision's znode has at most so many bytes; ZooKeeper takes 1 MiB for a whole request. */
const REVISION_BYTES_MAX = 768 * 1024
/** A revision holds at most so many resources. */
export const RESOURCES_MAX = 5000
export const MESSAGE_CHARACTERS_MAX = 500

/**
 * The data of `/config/revisions/<n>`: the whole desired state by its objects, immutable. Programs
 * write it, so unknown fields are ignored.
 */
const RevisionSchema = Type.Object({
  v: Type.Literal(1),
  /** Random: tells whoever lost the connection whether this revision is the one that they wrote. */
  id: Type.String(),
  /** The revision that it was made from; 0: none. */
  parent: Type.Integer({ minimum: 0 }),
  author: Type.String(),
  message: Type.String(),
  /** ISO 8601, UTC. */
  createdAt: Type.String(),
  /** `HTTPRoute/shop` to the object's SHA-256. */
  resources: Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-f]{64}$' })),
  /** Versions of secrets that it pins, by name. */
  secrets: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
})
export type Revision = Static<typeof RevisionSchema>

/** @throws StoreError `STORE_TOO_LARGE` */
export function encodeRevision(revision: Revision): Buffer {
  const count = Object.keys(revision.resources).length
  if (count > RESOURCES_MAX) {
    throw new StoreError('STORE_TOO_LARGE', `${count} resources, more than ${RESOURCES_MAX}`)
  }
  const data = Buffer.from(JSON.stringify(revision))
  if (data.length > REVISION_BYTES_MAX) {
    const message = `the revision would have ${data.length} bytes, more than ${REVISION_BYTES_MAX}: too many resources`
    throw new StoreError('STORE_TOO_LARGE', message)
  }
  return data
}

/** @throws StoreError `STORE_CORRUPT` */
export function decodeRevision(data: Buffer | null, path: string): Revision {
  const value = decodeJson(data, path)
  if (Value.Check(RevisionSchema, value)) return value
  throw new StoreError('STORE_CORRUPT', `${path} is not a revision`, { path })
}

/** The number that the head holds. */
export function decodeHead(data: Buffer | null, path: string): number {
  const text = data?.toString('utf8') ?? ''
  if (/^(0|[1-9][0-9]{0,9})$/.test(text)) return Number(text)
  throw new StoreError('STORE_CORRUPT', `${path} holds no revision's number`, { path })
}

/** @throws StoreError `STORE_CORRUPT` */
export function decodeJson(data: Buffer | null, path: string): unknown {
  try {
    return JSON.parse(data?.toString('utf8') ?? '')
  } catch (cause) {
    throw new StoreError('STORE_CORRUPT', `${path} does not hold JSON`, { path, cause })
  }
}
