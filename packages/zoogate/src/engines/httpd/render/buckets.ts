import { createHash } from 'node:crypto'
import type { ServicePool } from '../../../model/view/view.ts'
import { type Member, type MemberPool, membersOf } from './member.ts'
import type { Growth } from './slow-start.ts'

/**
 * How many shares a pool's requests are divided into, each told by three hexadecimal digits. With n
 * endpoints one has within some `sqrt(n / 4096)` of its share: 5 % for ten.
 */
const DIGITS = 3
const BUCKETS = 16 ** DIGITS

/**
 * Which member takes which bucket, as a map of mod_rewrite: httpd reads it again when it has changed,
 * and so takes a change without a reload. Empty where no endpoint takes requests that belong to none.
 */
export function bucketsText(
  pool: MemberPool & Pick<ServicePool, 'algorithm'>,
  growth?: Growth,
): string {
  const members = membersOf(pool, growth).filter(({ weight }) => weight > 0)
  const takers = pool.algorithm === 'consistentHash' ? byRendezvous(members) : inProportion(members)
  return takers.map((route, bucket) => `${bucketName(bucket)} ${route}\n`).join('')
}

/**
 * Each bucket goes to whoever scores highest in it (rendezvous hashing, with weights as in
 * draft-ietf-bess-weighted-hrw): one that comes takes only what becomes its own, one that goes leaves
 * the others what they have.
 */
function byRendezvous(members: readonly Member[]): readonly string[] {
  if (members.length === 0) return []
  const seeds = members.map(({ route }) =>
    createHash('sha256').update(route).digest().readUInt32LE(0),
  )
  return Array.from({ length: BUCKETS }, (_, bucket) => {
    let best = 0
    let bestScore = -Infinity
    members.forEach(({ weight }, index) => {
      const score = -weight / Math.log(fraction((seeds[index] ?? 0) ^ mixed(bucket)))
      if (score <= bestScore) return
      best = index
      bestScore = score
    })
    return members[best]?.route ?? ''
  })
}

/** Neighbours in turn, so that each has its share to within one bucket. */
function inProportion(members: readonly Member[]): readonly string[] {
  const total = members.reduce((sum, { weight }) => sum + weight, 0)
  let given = 0
  let weightSoFar = 0
  return members.flatMap(({ route, weight }) => {
    weightSoFar += weight
    const end = Math.round((weightSoFar / total) * BUCKETS)
    const share = Array<string>(Math.max(0, end - given)).fill(route)
    given = end
    return share
  })
}

function bucketName(bucket: number): string {
  return bucket.toString(16).padStart(DIGITS, '0')
}

/** Between 0 and 1, both excluded. */
function fraction(seed: number): number {
  return (mixed(seed) + 0.5) / 2 ** 32
}

/** The finalizer of MurmurHash3: each bit of the input moves each of the output with a chance of a half. */
function mixed(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
