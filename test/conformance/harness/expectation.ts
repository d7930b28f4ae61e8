import { durationMs } from '../../../packages/zoogate/src/model/values/duration.ts'
import type { Seen } from './backends/seen.ts'
import { type Answer, answeredBy, headerValues } from './client/answer.ts'
import type { Bound, Expectation, Sight } from './expectation-schema.ts'
import { textMismatch } from './text-match.ts'

/** One request and what came of it. */
export interface Exchange {
  readonly answer: Answer
  /** What backends saw of it, in order. */
  readonly seen: readonly Seen[]
}

/** Exchanges by the label of their request. */
export type Labelled = ReadonlyMap<string, readonly Exchange[]>

/** What is not as expected, in words; empty: all is. Pure. */
export function mismatches(
  expectation: Expectation,
  exchanges: readonly Exchange[],
  labelled: Labelled,
): readonly string[] {
  const each = exchanges.flatMap((exchange, index) => {
    const where = exchanges.length === 1 ? '' : `request ${index}: `
    return ofOne(expectation, exchange).map((problem) => where + problem)
  })
  return [
    ...each,
    ...ofAttempts(expectation, exchanges),
    ...ofCounts(expectation, exchanges),
    ...ofBackends(expectation, exchanges, labelled),
  ]
}

function ofOne(expectation: Expectation, { answer, seen }: Exchange): readonly string[] {
  const { status, closed, by, headers, body, bodyBytes, http2, certificate, tlsVersion } =
    expectation
  const problems: string[] = []
  const found = answeredBy(answer)
  if (closed === true && answer.error === undefined && answer.status !== 0) {
    problems.push(`the connection did not end without an answer: status ${answer.status}`)
  }
  if (status !== undefined && ![status].flat().includes(answer.status)) {
    problems.push(`status is ${answer.status}, not ${[status].flat().join(' or ')}${why(answer)}`)
  }
  const { interim } = expectation
  if (interim !== undefined && interim.join() !== (answer.interim ?? []).join()) {
    problems.push(`statuses before it are ${answer.interim?.join()}, not ${interim.join()}`)
  }
  if (by === null && found !== undefined) problems.push(`${found} answered, not the engine itself`)
  if (by !== undefined && by !== null && !([by].flat() as unknown[]).includes(found)) {
    problems.push(`${found ?? 'the engine itself'} answered, not ${[by].flat().join(' or ')}`)
  }
  for (const [name, wanted] of Object.entries(headers ?? {})) {
    const mismatch = textMismatch(wanted, headerValues(answer, name))
    if (mismatch !== undefined) problems.push(`header ${name} ${mismatch}`)
  }
  if (body !== undefined) {
    const mismatch = textMismatch(body, [answer.body])
    if (mismatch !== undefined) problems.push(`the body ${mismatch}`)
  }
  const facts = { bodyBytes, http2, certificate, tlsVersion } as const
  for (const [name, wanted] of Object.entries(facts)) {
    const real = answer[name as keyof typeof facts]
    if (wanted !== undefined && wanted !== real) problems.push(`${name} is ${real}, not ${wanted}`)
  }
  const sightOf = (by: string | undefined) =>
    seen.findLast((one) => by === undefined || one.by === by)
  const copies = Object.entries(expectation.copies ?? {})
  return [
    ...problems,
    ...ofTime(expectation, answer),
    ...ofSight(expectation.sees, found ?? 'the backend', sightOf(found)),
    ...copies.flatMap(([name, sight]) => ofSight(sight, name, sightOf(name))),
  ]
}

function why({ error, body, status }: Answer): string {
  if (error !== undefined) return ` (${error})`
  return status === 200 ? '' : ` (${JSON.stringify(body.slice(0, 120))})`
}

function ofTime({ took }: Expectation, { tookMs }: Answer): readonly string[] {
  const { atLeast = '0s', atMost } = took ?? {}
  const rounded = Math.round(tookMs)
  if (tookMs < durationMs(atLeast)) return [`it took ${rounded} ms, less than ${atLeast}`]
  const late = atMost !== undefined && tookMs > durationMs(atMost)
  return late ? [`it took ${rounded} ms, more than ${atMost}`] : []
}

function ofSight(
  sees: Sight | undefined,
  backend: string,
  seen: Seen | undefined,
): readonly string[] {
  if (sees === undefined) return []
  if (seen === undefined) return [`${backend} did not see it`]
  const problems: string[] = []
  const values = (name: string) =>
    seen.headers.filter(([found]) => found.toLowerCase() === name.toLowerCase()).map(([, v]) => v)
  const [path = '', ...query] = seen.target.split('?')
  if (sees.method !== undefined && sees.method !== seen.method) {
    problems.push(`${backend} saw the method ${seen.method}, not ${sees.method}`)
  }
  if (sees.bodyBytes !== undefined && sees.bodyBytes !== seen.bodyBytes) {
    problems.push(`${backend} saw ${seen.bodyBytes} bytes of body, not ${sees.bodyBytes}`)
  }
  if (sees.bodyBytes !== undefined && seen.isFiller === false) {
    problems.push(`${backend} saw other bytes of body than were sent`)
  }
  const texts = {
    path: [path],
    query: query.length === 0 ? [] : [query.join('?')],
    host: values('host'),
    body: [seen.body],
    serverName: present(seen.serverName),
    clientCertificate: present(seen.clientCertificate),
  } as const
  for (const [name, found] of Object.entries(texts)) {
    const wanted = sees[name as keyof typeof texts]
    const mismatch = wanted === undefined ? undefined : textMismatch(wanted, found)
    if (mismatch !== undefined) problems.push(`the ${name} that ${backend} saw ${mismatch}`)
  }
  for (const [name, wanted] of Object.entries(sees.headers ?? {})) {
    // Several lines of one name may be put into one (RFC 9110, 5.3): httpd does.
    const found = values(name).flatMap((value) =>
      Array.isArray(wanted) ? value.split(', ') : value,
    )
    const mismatch = textMismatch(wanted, found)
    if (mismatch !== undefined) problems.push(`header ${name} that ${backend} saw ${mismatch}`)
  }
  return problems
}

function present(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text]
}

function ofAttempts({ attempts }: Expectation, exchanges: readonly Exchange[]): readonly string[] {
  const counts = countedBy(exchanges.flatMap(({ seen }) => seen.map(({ by }) => by)))
  return Object.entries(attempts ?? {}).flatMap(([backend, bound]) => {
    const count = counts.get(backend) ?? 0
    return within(bound, count) ? [] : [`${backend} was asked ${count} times, not ${shown(bound)}`]
  })
}

function ofCounts({ counts }: Expectation, exchanges: readonly Exchange[]): readonly string[] {
  const answers = exchanges.map(({ answer }) => answer)
  return [
    ...outOfBounds(
      'answers by',
      counts?.by,
      answers.map((answer) => answeredBy(answer) ?? 'engine'),
    ),
    ...outOfBounds(
      'answers with status',
      counts?.status,
      answers.map((one) => `${one.status}`),
    ),
  ]
}

function outOfBounds(
  what: string,
  bounds: Readonly<Record<string, Bound>> | undefined,
  found: readonly string[],
): readonly string[] {
  if (bounds === undefined) return []
  const counts = countedBy(found)
  return [...new Set([...Object.keys(bounds), ...counts.keys()])].flatMap((key) => {
    const count = counts.get(key) ?? 0
    const bound = bounds[key] ?? 0
    return within(bound, count) ? [] : [`${count} ${what} ${key}, not ${shown(bound)}`]
  })
}

function ofBackends(
  { oneBackend, sameBackendAs, otherBackendThan, moved }: Expectation,
  exchanges: readonly Exchange[],
  labelled: Labelled,
): readonly string[] {
  const backends = backendsOf(exchanges)
  const problems: string[] = []
  if (oneBackend !== undefined && (new Set(backends).size === 1) !== oneBackend) {
    problems.push(`it was answered by ${[...new Set(backends)].join(', ')}`)
  }
  const before = (label: string) => {
    const found = backendsOf(labelled.get(label) ?? [])
    // One earlier answer stands for each later one.
    return backends.map((_, index) => found[found.length === 1 ? 0 : index] ?? 'nobody')
  }
  if (sameBackendAs !== undefined) {
    const other = backends.filter((name, index) => name !== before(sameBackendAs)[index])
    if (other.length > 0) problems.push(`${other.join(', ')} answered, not as ${sameBackendAs}`)
  }
  if (otherBackendThan !== undefined) {
    const same = backends.filter((name, index) => name === before(otherBackendThan)[index])
    if (same.length > 0) problems.push(`${same.join(', ')} answered, as ${otherBackendThan}`)
  }
  if (moved !== undefined) {
    const former = before(moved.since)
    const count = backends.filter((name, index) => name !== former[index]).length
    if (!within(moved.count, count)) problems.push(`${count} moved, not ${shown(moved.count)}`)
  }
  return problems
}

function backendsOf(exchanges: readonly Exchange[]): readonly string[] {
  return exchanges.map(({ answer }) => answeredBy(answer) ?? `the engine itself (${answer.status})`)
}

function countedBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function within(bound: Bound, count: number): boolean {
  const [least = 0, most = least] = [bound].flat()
  return count >= least && count <= most
}

function shown(bound: Bound): string {
  return typeof bound === 'number' ? String(bound) : `${bound[0]} to ${bound[1]}`
}
