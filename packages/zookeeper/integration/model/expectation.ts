import { expect } from 'vitest'
import type { Stat } from '../../src/index.ts'
import type { ClientOperation, RealResult } from './real-client.ts'
import type { ModelResult, ModelStat } from './tree-model.ts'
import { CLIENTS, type ClientIndex, type Model, type Real } from './two-clients.ts'
import type { WatchModel } from './watch-model.ts'
import { grant, type Wish } from './wishes.ts'

/** What one operation should come to: its result, and what each client hears before the acting one has the reply. */
interface Expectation {
  readonly operation: ClientOperation
  readonly watchId: string
  readonly result: ModelResult
  readonly heard: readonly [string[], string[]]
}

/** What the wishes should come to, one after the other; the model is then where the real ones should be. */
export function foresee(model: Model, acting: ClientIndex, wishes: readonly Wish[]): Expectation[] {
  const { session, watches } = model.clients[acting]
  return wishes.map((wished) => {
    const operation = grant(wished, model.root, model.tree, watches)
    const watchId = model.newName('watch')
    if (
      operation.type === 'addWatch' ||
      operation.type === 'removeWatches' ||
      operation.type === 'closeWatch'
    ) {
      if (operation.type === 'addWatch') watches.add(operation.mode, operation.path, watchId)
      return { operation, watchId, result: { value: {}, stats: [] }, heard: [[], []] }
    }
    const result = model.tree.perform(operation, session)
    const events = model.tree.takeEvents()
    const heard = CLIENTS.map((index) =>
      events.flatMap((event) => model.clients[index].watches.tell(event)),
    ) as [string[], string[]]
    leaveWatch(operation, result, watches, watchId)
    return { operation, watchId, result, heard }
  })
}

/** A read that failed leaves no watch, but for `exists`. */
function leaveWatch(
  operation: ClientOperation,
  { value }: ModelResult,
  watches: WatchModel,
  watchId: string,
): void {
  if (!('watch' in operation) || !operation.watch) return
  const { type, path } = operation
  const hasFailed = typeof value === 'object' && value !== null && 'error' in value
  if (hasFailed) return
  if (type === 'getChildren' || type === 'getChildren2') watches.leave('child', path, watchId)
  else if (type === 'getData') watches.leave('data', path, watchId)
  else {
    const isThere = typeof value === 'object' && value !== null && 'exists' in value && value.exists
    watches.leave(isThere === true ? 'data' : 'exist', path, watchId)
  }
}

/** Makes all calls at once. */
export function issue(
  real: Real,
  index: ClientIndex,
  expected: readonly Expectation[],
): Promise<RealResult[]> {
  return Promise.all(
    expected.map(({ operation, watchId }, number) =>
      real.clients[index].issue(operation, number, watchId),
    ),
  )
}

/** Throws where a result is another than the model's. */
export function compareResults(
  real: Real,
  expected: readonly Expectation[],
  results: readonly RealResult[],
): void {
  for (const [number, { operation, result }] of expected.entries()) {
    const found = results[number]
    const what = JSON.stringify(operation)
    if (found !== undefined) real.meetResult(found)
    expect(found?.value, what).toEqual(result.value)
    expect(found?.stats.length, what).toBe(result.stats.length)
    for (const [place, stat] of result.stats.entries()) {
      const foundStat = found?.stats[place]
      if (foundStat !== undefined) compareStats(real, what, stat, foundStat)
    }
  }
}

function compareStats(real: Real, what: string, expected: ModelStat, found: Stat): void {
  const { czxid, mzxid, pzxid, ...rest } = expected
  expect(
    {
      version: found.version,
      cversion: found.cversion,
      aversion: found.aversion,
      owner: found.ephemeralOwner === 0n ? undefined : real.sessions.get(found.ephemeralOwner),
      dataLength: found.dataLength,
      numChildren: found.numChildren,
    },
    what,
  ).toEqual(rest)
  real.order.relate(czxid, found.czxid)
  real.order.relate(mzxid, found.mzxid)
  real.order.relate(pzxid, found.pzxid)
  expect(found.ctime <= found.mtime, `${what}: created before it was changed`).toBe(true)
}

/**
 * Puts in order what comes in no order: the watches that hear of one event, and the replies between two events.
 */
export function inRuns(log: readonly string[]): string[] {
  const runs: string[][] = []
  let lastKind: string | undefined
  for (const line of log) {
    const kind = line.startsWith('reply') ? 'reply' : line.slice(line.indexOf(' '))
    if (kind === lastKind) runs.at(-1)?.push(line)
    else runs.push([line])
    lastKind = kind
  }
  return runs.flatMap((run) => run.sort())
}
