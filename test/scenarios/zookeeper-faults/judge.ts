import type { Stat, TreeNode } from '@zoogate/zookeeper'
import type { Outcome } from './outcome.ts'

/** A tree as a fresh client read it, by path. */
export type Tree = ReadonlyMap<string, TreeNode>

/** A step in the life of a path that one writer alone creates and deletes. */
export interface RegisterStep {
  readonly operation: 'create' | 'delete'
  /** The data that the create would write: different at every attempt. */
  readonly token: string
  readonly outcome: Outcome<unknown>['type']
}

/** A sequential create, in the order of the calls of one client. */
export interface SequentialStep {
  readonly token: string
  readonly outcome: Outcome<unknown>['type']
  /** The path that the server gave. */
  readonly path: string | undefined
}

/** A versioned setData that adds a token to those that were there. */
export interface AppendStep {
  readonly token: string
  readonly outcome: Outcome<unknown>['type']
  /** The version that was acknowledged. */
  readonly version: number | undefined
}

/** A multi that creates two znodes with the token, and counts them in a third. */
export interface PairStep {
  readonly token: string
  readonly paths: readonly [string, string]
  readonly outcome: Outcome<unknown>['type']
}

const ABSENT = ''

/**
 * What is wrong with the life of one path. Follows all states that the outcomes allow: an acknowledged step must have been possible,
 * a refused one (NodeExists, NoNode) too, and what is found at the end must be one of those left.
 */
export function judgeRegister(
  path: string,
  steps: readonly RegisterStep[],
  found: string | undefined,
): string[] {
  let states = new Set([ABSENT])
  for (const { operation, token, outcome } of steps) {
    const present = [...states].filter((state) => state !== ABSENT)
    const canBeAbsent = states.has(ABSENT)
    const succeeds = operation === 'create' ? canBeAbsent : present.length > 0
    const fails = operation === 'create' ? present.length > 0 : canBeAbsent
    const after = operation === 'create' ? token : ABSENT
    if (outcome === 'done') {
      if (!succeeds)
        return [`${path}: ${operation} ${token} was acknowledged, and cannot have been`]
      states = new Set([after])
    } else if (outcome === 'refused') {
      if (!fails) return [`${path}: ${operation} ${token} was refused without a reason`]
      states = new Set(operation === 'create' ? present : [ABSENT])
    } else if (outcome === 'unknown' && succeeds) states.add(after)
  }
  if (states.has(found ?? ABSENT)) return []
  const allowed = [...states].map((state) => state || 'nothing').join(' or ')
  return [`${path}: found ${found ?? 'nothing'}, and the outcomes allow ${allowed}`]
}

/**
 * What is wrong with the sequential creates of one client: each acknowledged one exists, under the path that was told; none that did not
 * happen exists; none exists twice; the numbers are in the order of the calls.
 */
export function judgeSequence(
  steps: readonly SequentialStep[],
  found: ReadonlyMap<string, readonly string[]>,
): string[] {
  const problems: string[] = []
  let lastNumber = -1
  for (const { token, outcome, path } of steps) {
    const paths = found.get(token) ?? []
    const [first] = paths
    if (paths.length > 1) problems.push(`${token} was created ${paths.length} times: ${paths}`)
    if (outcome === 'done' && first !== path) {
      problems.push(`${token}: acknowledged as ${path}, found as ${first}`)
    }
    if ((outcome === 'never' || outcome === 'refused') && first !== undefined) {
      problems.push(`${token}: said not to have happened, found as ${first}`)
    }
    if (first === undefined) continue
    const number = Number(first.slice(-10))
    if (number <= lastNumber) problems.push(`${token}: has ${number} after ${lastNumber}`)
    lastNumber = number
  }
  return problems
}

/**
 * What is wrong with the tokens in one znode, to which everybody appends at the version that they read: each acknowledged one stands in
 * the place that its version says, none twice, none that did not happen, and there are as many as the version counts.
 */
export function judgeAppends(
  steps: readonly AppendStep[],
  tokens: readonly string[],
  version: number,
): string[] {
  const problems: string[] = []
  if (tokens.length !== version) problems.push(`${tokens.length} tokens at version ${version}`)
  if (new Set(tokens).size !== tokens.length) problems.push('a token stands there twice')
  const places = new Map(tokens.map((token, index) => [token, index]))
  for (const step of steps) {
    const place = places.get(step.token)
    if (step.outcome === 'done' && place !== (step.version ?? 0) - 1) {
      problems.push(`${step.token}: acknowledged as version ${step.version}, in place ${place}`)
    }
    if ((step.outcome === 'never' || step.outcome === 'refused') && place !== undefined) {
      problems.push(`${step.token}: said not to have happened, in place ${place}`)
    }
  }
  const known = new Set(steps.map(({ token }) => token))
  for (const token of tokens) if (!known.has(token)) problems.push(`nobody wrote ${token}`)
  return problems
}

/** What is wrong with the pairs: both or none, both when acknowledged, none when it did not happen, and as many as are counted. */
export function judgePairs(steps: readonly PairStep[], tree: Tree, counted: number): string[] {
  const problems: string[] = []
  let found = 0
  for (const { token, paths, outcome } of steps) {
    const [a, b] = paths.map((path) => tree.get(path)?.data?.toString())
    if ((a === token) !== (b === token)) problems.push(`${token}: half of a multi happened`)
    if (a === token) found++
    if (outcome === 'done' && a !== token) problems.push(`${token}: acknowledged, and lost`)
    if ((outcome === 'never' || outcome === 'refused') && a === token) {
      problems.push(`${token}: said not to have happened, and found`)
    }
  }
  if (found !== counted) problems.push(`${found} pairs are there, ${counted} were counted`)
  return problems
}

/** The fields of a Stat that belong to the znode itself, not to its children. */
const OWN_FIELDS = [
  'czxid',
  'mzxid',
  'ctime',
  'mtime',
  'version',
  'aversion',
  'ephemeralOwner',
  'dataLength',
] as const satisfies readonly (keyof Stat)[]

/** Where a cache differs from the tree. */
export function judgeCache(name: string, cached: Tree, tree: Tree): string[] {
  const problems: string[] = []
  for (const [path, { data, stat }] of tree) {
    const held = cached.get(path)
    if (held === undefined) problems.push(`${name}: lacks ${path}`)
    else if (!sameBytes(held.data, data)) problems.push(`${name}: has other data of ${path}`)
    else if (OWN_FIELDS.some((field) => held.stat[field] !== stat[field])) {
      problems.push(`${name}: has another Stat of ${path}`)
    }
  }
  for (const path of cached.keys()) {
    if (!tree.has(path)) problems.push(`${name}: has ${path}, which is not there`)
  }
  return problems
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b)
}
